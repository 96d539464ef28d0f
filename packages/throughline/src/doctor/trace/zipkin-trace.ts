import { asList, asNumber, asObject, asText, type JsonObject } from './json-value.ts'
import { TAG_SCOPE } from './semconv.ts'
import type { SpanKind, TraceSpan } from './trace-span.ts'

const KINDS: readonly SpanKind[] = ['SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/**
 * The spans in a response of `GET /api/v2/trace/{id}`. With B3, client and server can share one span: the server's half gets an
 * id of its own, and is a child of the client's.
 *
 * @see https://zipkin.io/zipkin-api/
 */
export function readZipkinTrace(body: unknown): TraceSpan[] {
  return asList(body).map((span) => readSpan(asObject(span)))
}

function readSpan(span: JsonObject): TraceSpan {
  const startMillis = asNumber(span.timestamp) / 1_000
  const durationMillis = asNumber(span.duration ?? 0) / 1_000
  const id = asText(span.id)
  const isShared = span.shared === true
  return {
    spanId: isShared ? `${id}/server` : id,
    parentSpanId: isShared ? id : asText(span.parentId) || undefined,
    name: asText(span.name),
    kind: KINDS.find((kind) => kind === span.kind) ?? 'INTERNAL',
    startMillis,
    endMillis: startMillis + durationMillis,
    service: asText(asObject(span.localEndpoint).serviceName),
    scope: asText(asObject(span.tags)[TAG_SCOPE]),
    attributes: Object.entries(asObject(span.tags)).map(([key, value]) => ({ key, value: asText(value) })),
    resource: [],
    flags: undefined,
  }
}
