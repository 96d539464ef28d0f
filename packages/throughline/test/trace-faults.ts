import { type Backend, type ChangeTrace, fakeJaeger, fakeZipkin } from './backends.ts'
import { api } from './cors-faults.ts'
import type { Fault } from './faults.ts'
import { IDS, type PlantedSpan } from './planted-trace.ts'
import { healthy, type Routes } from './site.ts'

const NOT_LISTENING = 'http://127.0.0.1:1/'

/** Faults of the address of the backend. */
export const BACKEND_FAULTS: readonly Fault[] = [
  {
    name: 'a backend that does not listen',
    finds: 'backend-unreachable',
    sees: /refuses connections/,
    routes: healthy(),
    args: () => [`--backend=${NOT_LISTENING}`],
  },
  {
    name: 'an address without a query API',
    finds: 'backend-api',
    sees: /api\/v3\/services: status 404, api\/v2\/services: status 404/,
    routes: healthy(),
    other: {},
    args: ({ url }) => [`--backend=${url}`],
  },
]

/** A healthy trace with one fault. */
export interface TraceFault {
  readonly name: string
  readonly finds: string
  readonly sees?: RegExp
  readonly change: ChangeTrace
  /** Default: the embedded collector. */
  readonly backend?: () => Promise<Backend>
  readonly args?: readonly string[]
  /** An API on another origin, which the doctor sends a request, too. */
  readonly api?: Routes
  /** The log lines of a trace, which a deep run reads. */
  readonly logs?: (traceId: string) => string
}

const changed =
  (spanId: string, fields: Partial<PlantedSpan>): ChangeTrace =>
  (spans) =>
    spans.map((span) => (span.spanId === spanId ? { ...span, ...fields } : span))
const without =
  (spanId: string): ChangeTrace =>
  (spans) =>
    spans.filter((span) => span.spanId !== spanId)
const added =
  (of: string, fields: Partial<PlantedSpan>): ChangeTrace =>
  (spans) => [
    ...spans,
    ...spans
      .filter(({ spanId }) => spanId === of)
      .map((span) => ({ ...span, spanId: 'aaaaaaaaaaaaaaaa', ...fields })),
  ]
const counted = (spanId: string, kind: string, count: number) =>
  changed(spanId, { attributes: { [`throughline.children.${kind}`]: count } })
/** A call or a message of the shop that no service continues. */
const outgoing = (spans: readonly PlantedSpan[], fields: Partial<PlantedSpan>): PlantedSpan[] =>
  spans
    .filter(({ spanId }) => spanId === IDS.query)
    .map((span) => ({ ...span, spanId: 'bbbbbbbbbbbbbbbb', ...fields }))
/** The gateway calls the shop a second time, and reaches another instance, whose spans have this version. */
function secondCall(spans: readonly PlantedSpan[], other: { readonly version: string | undefined }) {
  const status = { 'http.response.status_code': 200 }
  const first = spans.map((span) =>
    span.spanId === IDS.call
      ? { ...span, end: 50, attributes: { ...span.attributes, ...status } }
      : {
          ...span,
          end: Math.min(span.end, span.service === 'shop' ? 48 : 100),
          resource: versionOf('2.0.0'),
        },
  )
  return first.flatMap((span) => {
    if (span.spanId === IDS.call) return [span, { ...span, spanId: 'aaaaaaaaaaaaaaa1', start: 51, end: 90 }]
    if (span.spanId !== IDS.shop || other.version === undefined) return [span]
    const second = { spanId: 'aaaaaaaaaaaaaaa2', parentSpanId: 'aaaaaaaaaaaaaaa1', start: 55, end: 85 }
    return [span, { ...span, ...second, resource: versionOf(other.version) }]
  })
}
const versionOf = (version: string) => ({ 'service.version': version })
const withAttributes = (attributes: NonNullable<PlantedSpan['attributes']>) =>
  changed(IDS.query, { attributes })
const asRoot: ChangeTrace = (spans) =>
  spans.map(({ parentSpanId, ...span }) =>
    span.spanId === IDS.shop || !parentSpanId ? span : { ...span, parentSpanId },
  )

export const TRACE_FAULTS: readonly TraceFault[] = [
  {
    name: 'an edge that exports nothing',
    finds: 'trace-missing',
    sees: /only spans of the doctor/,
    change: () => [],
  },
  {
    name: 'a service that exports nothing',
    finds: 'trace-service-missing',
    sees: /^no span of payments after 0\.6 s; trace [0-9a-f]{32} has spans of gateway, shop$/,
    change: (spans) => spans,
    args: ['--expect=shop,payments'],
  },
  {
    name: 'a call whose trace context a proxy removes',
    finds: 'trace-service-missing',
    sees: /^no span of shop after 0\.6 s; trace [0-9a-f]{32} has spans of gateway; no server span below gateway "GET" to http:\/\/shop\.example\/api$/,
    change: (spans) => spans.filter(({ service }) => service === 'gateway'),
    args: ['--expect=gateway,shop'],
  },
  {
    name: 'a service without a name',
    finds: 'trace-unnamed-service',
    sees: /2 spans, such as unknown_service:node "GET \/api"/,
    change: (spans) =>
      spans.map((span) => (span.service === 'shop' ? { ...span, service: 'unknown_service:node' } : span)),
  },
  {
    name: 'two exporters in one service',
    finds: 'trace-duplicate',
    sees: /shop "GET \/api" and 1 more/,
    change: (spans) => [...spans, ...spans.filter(({ service }) => service === 'shop')],
    backend: fakeJaeger,
  },
  {
    name: 'a client span that is not exported',
    finds: 'trace-orphan',
    sees: /shop "GET \/api"/,
    change: without(IDS.call),
  },
  {
    name: 'a client span that was counted and is not exported',
    finds: 'trace-child-missing',
    sees: /^gateway sent 1 request, 0 arrived: gateway → shop is broken$/,
    change: (spans) => without(IDS.call)(counted(IDS.gateway, 'client', 1)(spans)),
  },
  {
    name: 'a proxy that records a span of its own, in front of the service of a counted call',
    finds: 'trace-child-missing',
    sees: /^gateway sent 1 request, 0 arrived: gateway → shop is broken$/,
    change: (spans) =>
      changed(IDS.shop, { parentSpanId: 'f'.repeat(16) })(counted(IDS.gateway, 'client', 1)(spans)),
  },
  {
    name: 'a message that was counted and is not exported',
    finds: 'trace-child-missing',
    sees: /^shop sent 2 messages, 0 arrived$/,
    change: counted(IDS.shop, 'producer', 2),
    backend: fakeZipkin,
  },
  {
    name: 'an API that continues the trace and exports nothing',
    finds: 'trace-request-missing',
    sees: /^the doctor sent 2 requests, 1 arrived: no span below the request to http:\/\/127\.0\.0\.1:\d+\/$/,
    change: (spans) => spans,
    api: api(),
  },
  {
    name: 'a worker behind a proxy that removes tracestate',
    finds: 'trace-not-counted',
    sees: /^gateway "GET \/"$/,
    change: (spans) =>
      spans.map((span) =>
        span.service === 'gateway'
          ? { ...span, resource: { 'telemetry.distro.name': 'throughline-edge' } }
          : span,
      ),
    args: ['--deep'],
  },
  {
    name: 'a service behind the API of another company',
    finds: 'trace-open-call',
    sees: /^gateway "GET" to http:\/\/shop\.example\/api$/,
    change: (spans) =>
      spans.flatMap((span) => {
        if (span.service !== 'gateway') return []
        return span.attributes
          ? [{ ...span, attributes: { ...span.attributes, 'http.response.status_code': 200 } }]
          : [span]
      }),
    args: ['--deep'],
  },
  {
    name: 'services whose clocks are five minutes ahead',
    finds: 'trace-clock',
    sees: /^gateway "GET \/" starts 300 s after the response by the clock of this machine$/,
    change: (spans) =>
      spans.map((span) => ({ ...span, start: span.start + 300_000, end: span.end + 300_000 })),
  },
  {
    name: 'a service that logs without the trace',
    finds: 'log-missing',
    sees: /logs\/[0-9a-f]{32}: no line with trace id and span id after 0\.6 s$/,
    change: (spans) => spans,
    logs: () => '{"level":"info","msg":"order accepted"}\n',
  },
  {
    name: 'a service that logs with spans that it does not export',
    finds: 'log-unknown-span',
    sees: /: cccccccccccccccc$/,
    change: (spans) => spans,
    logs: (traceId) => `{"trace_id":"${traceId}","span_id":"cccccccccccccccc","msg":"order accepted"}\n`,
  },
  {
    name: 'a pooled connection to an instance of the version before, which is traced',
    finds: 'trace-versions',
    sees: /^shop has the versions 1\.9\.0, 2\.0\.0$/,
    change: (spans) => secondCall(spans, { version: '1.9.0' }),
  },
  {
    name: 'a pooled connection to an instance of the version before, which is not traced',
    finds: 'trace-call-broken',
    sees: /^gateway "GET" sent 2 requests to http:\/\/shop\.example\/api, 1 arrived$/,
    change: (spans) => secondCall(spans, { version: undefined }),
  },
  {
    name: 'a gRPC server without an interceptor',
    finds: 'trace-service-missing',
    sees: /no span of risk .*; no server span below shop "risk\.v1\.Risk\/Screen"$/,
    change: (spans) => [
      ...spans,
      ...outgoing(spans, { name: 'risk.v1.Risk/Screen', attributes: { 'rpc.system.name': 'grpc' } }),
    ],
    args: ['--expect=risk'],
  },
  {
    name: 'a message without headers',
    finds: 'trace-service-missing',
    sees: /no span of fulfilment .*; no server span below shop "send orders"$/,
    change: (spans) => [...spans, ...outgoing(spans, { name: 'send orders', kind: 'PRODUCER' })],
    args: ['--expect=fulfilment'],
  },
  {
    name: 'a service that keeps the trace id only',
    finds: 'trace-several-roots',
    sees: /shop "GET \/api"/,
    change: asRoot,
  },
  {
    name: 'a context that is injected before the client span starts',
    finds: 'trace-wrong-parent',
    sees: /shop "GET \/api"/,
    change: changed(IDS.shop, { parentSpanId: IDS.gateway }),
  },
  {
    name: 'a server span in the server span of another SDK',
    finds: 'trace-doubled-span',
    change: added(IDS.shop, { parentSpanId: IDS.shop, start: 21, end: 79 }),
  },
  {
    name: 'two server spans of one client span',
    finds: 'trace-doubled-span',
    change: added(IDS.shop, { start: 21, end: 79 }),
  },
  {
    name: 'a client span in the client span of another instrumentation',
    finds: 'trace-doubled-span',
    change: added(IDS.call, { parentSpanId: IDS.call, start: 11, end: 89 }),
  },
  {
    name: 'two client spans of one request',
    finds: 'trace-doubled-span',
    change: added(IDS.call, { start: 11, end: 89, scope: 'http' }),
  },
  {
    name: 'a span that ends before it starts',
    finds: 'trace-duration',
    sees: /shop "SELECT" has a duration of -10\.000 ms/,
    change: changed(IDS.query, { start: 40, end: 30 }),
    backend: fakeJaeger,
  },
  {
    name: 'client spans without a duration',
    finds: 'trace-duration',
    sees: /all 2 client spans of shop have a duration of 0 ms/,
    change: (spans) => added(IDS.query, { end: 30 })(changed(IDS.query, { end: 30 })(spans)),
  },
  {
    name: 'a service whose clock is 50 ms behind',
    finds: 'trace-outside-parent',
    sees: /shop "GET \/api" starts before its parent gateway "GET" by 40 ms \(1 of 4 spans\)/,
    change: (spans) =>
      spans.map((span) =>
        span.service === 'shop' ? { ...span, start: span.start - 50, end: span.end - 50 } : span,
      ),
  },
  {
    name: 'a client span that ends with the headers',
    finds: 'trace-outside-parent',
    sees: /ends after its parent/,
    change: changed(IDS.call, { end: 40 }),
  },
  {
    name: 'a service that does not sample',
    finds: 'trace-not-sampled',
    change: changed(IDS.shop, { flags: 0x300 }),
  },
  {
    name: 'a service in Go whose spans are sampled and not sampled',
    finds: 'trace-not-sampled',
    sees: /shop "SELECT" has flags 00/,
    change: (spans) =>
      spans.map((span) =>
        span.service === 'shop'
          ? {
              ...span,
              flags: span.spanId === IDS.query ? 0x100 : 0x301,
              resource: { 'telemetry.sdk.language': 'go' },
            }
          : span,
      ),
  },
  {
    name: 'a service that reads B3',
    finds: 'trace-mixed-formats',
    sees: /http\.request\.header\.x-b3-traceid of shop "SELECT"/,
    change: withAttributes({ 'http.request.header.x-b3-traceid': '0af7651916cd43dd8448eb211c80319c' }),
  },
  {
    name: 'a service with Jaeger headers',
    finds: 'trace-mixed-formats',
    change: withAttributes({ 'uber-trace-id': '1:2:0:1' }),
    backend: fakeZipkin,
  },
  {
    name: 'an old instrumentation',
    finds: 'trace-deprecated-attribute',
    sees: /shop: db\.system → db\.system\.name/,
    change: withAttributes({ 'db.system': 'postgresql' }),
  },
  {
    name: 'a statement with a password',
    finds: 'trace-secret',
    sees: /^db\.query\.text of shop "SELECT"$/,
    change: withAttributes({ 'db.query.text': 'ALTER USER a PASSWORD=hunter2hunter2' }),
  },
  {
    name: 'a recorded cookie',
    finds: 'trace-secret',
    sees: /^http\.request\.header\.cookie of/,
    change: withAttributes({ 'http.request.header.cookie': 'a=b' }),
    backend: fakeZipkin,
  },
]
