import { generateSpanId, generateTraceId, type OtlpSpan } from '@throughline/otel-shared'
import { attribute, makeSpan, send } from '../test/otlp.ts'

/** The plan of a span. Times are milliseconds since the start of the trace, and events are at its end. */
export interface SpanPlan extends Partial<OtlpSpan> {
  readonly service: string
  readonly name: string
  readonly at: number
  readonly for: number
  readonly children?: readonly SpanPlan[]
}

/** Sends a tree of spans in one request for each service, and returns the trace id. */
export async function sendTree(
  otlpUrl: string,
  root: SpanPlan,
  { traceId = generateTraceId(), startMillis = Date.now() } = {},
): Promise<string> {
  const byService = new Map<string, OtlpSpan[]>()
  const plant = (plan: SpanPlan, parentSpanId: string | undefined) => {
    const { service, at, for: duration, children = [], events = [], ...fields } = plan
    const start = BigInt(Math.round((startMillis + at) * 1000)) * 1000n
    const timeUnixNano = String(start + BigInt(Math.round(duration * 1000)) * 1000n)
    const span = makeSpan({
      traceId,
      spanId: generateSpanId(),
      ...(parentSpanId !== undefined && { parentSpanId }),
      startTimeUnixNano: String(start),
      endTimeUnixNano: timeUnixNano,
      events: events.map((event) => ({ ...event, timeUnixNano })),
      ...fields,
    })
    byService.set(service, [...(byService.get(service) ?? []), span])
    for (const child of children) plant(child, span.spanId)
  }
  plant(root, undefined)
  for (const [service, spans] of byService) await send(otlpUrl, service, ...spans)
  return traceId
}

/** The trace of a click on "Buy" with six services, one of them later. With `problem` the payment fails. */
export function buyPlan({ problem = false } = {}): SpanPlan {
  const failed = problem ? { status: { code: 2, message: 'card refused' } } : {}
  return {
    service: 'shop-web',
    name: 'click "Buy now"',
    kind: 1,
    at: 0,
    for: 412,
    attributes: [
      attribute('throughline.action.type', 'click'),
      attribute('throughline.clock.offset_ms', -3.4),
    ],
    children: [
      {
        service: 'shop-web',
        name: 'POST',
        kind: 3,
        at: 4,
        for: 360,
        attributes: [
          attribute('url.full', 'http://localhost:8787/api/orders'),
          attribute('http.request.method', 'POST'),
        ],
        children: [
          {
            service: 'gateway',
            name: 'POST /api/*',
            kind: 2,
            at: 12,
            for: 340,
            children: [
              {
                service: 'gateway',
                name: 'fetch SHOP',
                kind: 3,
                at: 13,
                for: 336,
                children: [
                  {
                    service: 'shop',
                    name: 'POST /api/orders',
                    kind: 2,
                    at: 15,
                    for: 330,
                    ...failed,
                    attributes: [
                      attribute('http.route', '/api/orders'),
                      attribute('http.response.status_code', problem ? 402 : 201),
                    ],
                    children: [
                      { service: 'shop', name: 'SELECT products', kind: 3, at: 18, for: 6.2 },
                      {
                        service: 'shop',
                        name: 'reserve',
                        kind: 3,
                        at: 26,
                        for: 41,
                        children: [{ service: 'inventory', name: 'reserve', kind: 2, at: 30, for: 33 }],
                      },
                      {
                        service: 'shop',
                        name: 'POST payments',
                        kind: 3,
                        at: 70,
                        for: 240,
                        ...failed,
                        children: [
                          {
                            service: 'backend',
                            name: 'POST /payments',
                            kind: 2,
                            at: 80,
                            for: 210,
                            ...failed,
                            ...(problem && { events: [exceptionEvent()] }),
                            children: [
                              { service: 'backend', name: 'INSERT payments', kind: 3, at: 120, for: 12.4 },
                            ],
                          },
                        ],
                      },
                      {
                        service: 'shop',
                        name: 'send orders',
                        kind: 4,
                        at: 318,
                        for: 9,
                        children: [
                          { service: 'fulfilment', name: 'process orders', kind: 5, at: 900, for: 55 },
                        ],
                      },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  }
}

function exceptionEvent() {
  return {
    timeUnixNano: '0',
    name: 'exception',
    attributes: [
      attribute('exception.type', 'PaymentRefused'),
      attribute('exception.message', 'card refused'),
      attribute(
        'exception.stacktrace',
        'PaymentRefused: card refused\n    at charge (payments.ts:41:11)\n    at handle (server.ts:12:3)',
      ),
    ],
  }
}
