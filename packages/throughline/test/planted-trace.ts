import type { SpanContext } from '@opentelemetry/api'
import { generateSpanId, toKeyValues } from '@throughline/otel-shared'

/** A span of the chain. Times are milliseconds after the request arrived. */
export interface PlantedSpan {
  readonly service: string
  readonly name: string
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
  readonly spanId: string
  readonly parentSpanId?: string
  readonly start: number
  readonly end: number
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  readonly flags?: number
  readonly scope?: string
  /** Attributes of the resource beside the service. */
  readonly resource?: Readonly<Record<string, string>>
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/** The ids of the healthy trace, by which faults change it. */
export const IDS = {
  gateway: generateSpanId(),
  call: generateSpanId(),
  shop: generateSpanId(),
  query: generateSpanId(),
} as const

/** The gateway calls the shop, which queries a database. */
export function healthyTrace({ spanId }: Pick<SpanContext, 'spanId'>): PlantedSpan[] {
  const address = { 'url.full': 'http://shop.example/api', 'http.request.method': 'GET' }
  return [
    {
      service: 'gateway',
      name: 'GET /',
      kind: 'SERVER',
      spanId: IDS.gateway,
      parentSpanId: spanId,
      start: 0,
      end: 100,
      flags: 0x301,
    },
    {
      service: 'gateway',
      name: 'GET',
      kind: 'CLIENT',
      spanId: IDS.call,
      parentSpanId: IDS.gateway,
      start: 10,
      end: 90,
      attributes: address,
      flags: 0x101,
      scope: 'fetch',
    },
    {
      service: 'shop',
      name: 'GET /api',
      kind: 'SERVER',
      spanId: IDS.shop,
      parentSpanId: IDS.call,
      start: 20,
      end: 80,
      flags: 0x301,
    },
    {
      service: 'shop',
      name: 'SELECT',
      kind: 'CLIENT',
      spanId: IDS.query,
      parentSpanId: IDS.shop,
      start: 30,
      end: 70,
    },
  ]
}

/** An export of the spans as OTLP JSON. */
export function toOtlp(
  traceId: string,
  nowMillis: number,
  spans: readonly PlantedSpan[],
): { resourceSpans: object[] } {
  return {
    resourceSpans: spans.map(
      ({
        service,
        scope = 'test',
        name,
        kind,
        spanId,
        parentSpanId,
        start,
        end,
        flags,
        attributes = {},
        resource = {},
      }) => ({
        resource: {
          attributes: toKeyValues({ ...(service ? { 'service.name': service } : {}), ...resource }),
        },
        scopeSpans: [
          {
            scope: { name: scope },
            spans: [
              {
                ...{ traceId, spanId, name, kind: KINDS.indexOf(kind), attributes: toKeyValues(attributes) },
                ...(parentSpanId === undefined ? {} : { parentSpanId }),
                ...(flags === undefined ? {} : { flags }),
                startTimeUnixNano: `${nowMillis + start}000000`,
                endTimeUnixNano: `${nowMillis + end}000000`,
              },
            ],
          },
        ],
      }),
    ),
  }
}

/** The spans in the JSON of Zipkin. */
export function toZipkin(traceId: string, nowMillis: number, spans: readonly PlantedSpan[]): object[] {
  return spans.map(({ service, name, kind, spanId, parentSpanId, start, end, attributes = {} }) => ({
    ...{ traceId, id: spanId, parentId: parentSpanId, name: name.toLowerCase() },
    ...(kind === 'INTERNAL' ? {} : { kind }),
    localEndpoint: { serviceName: service.toLowerCase() },
    timestamp: (nowMillis + start) * 1_000,
    duration: (end - start) * 1_000,
    tags: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
  }))
}
