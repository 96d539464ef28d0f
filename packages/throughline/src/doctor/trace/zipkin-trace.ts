import { asList, asNumber, asObject, asText, type JsonObject } from './json-value.ts'
import { TAG_SCOPE } from './semconv.ts'
import type { SpanKind, TraceSpan } from './trace-span.ts'

const KINDS: readonly SpanKind[] = ['SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/**
 * The spans in a response of `GET /api/v2/trace/{id}`. With B3, client and server can share one span: the server's half gets an
 * id of its own, and is a child of the client's. Of their children, those of the server's service are the server's.
 *
 * @see https://zipkin.io/zipkin-api/
 */
export function readZipkinTrace(body: unknown): TraceSpan[] {
  const spans = asList(body).map(asObject)
  const shared = new Set(spans.filter(isShared).map(({ id, localEndpoint }) => halfOf(id, localEndpoint)))
  return spans.map((span) => readSpan(span, shared))
}

function isShared({ shared }: JsonObject): boolean {
  return shared === true
}

/** Id and service of the half of a span. */
function halfOf(id: unknown, endpoint: unknown): string {
  return JSON.stringify([asText(id), asText(asObject(endpoint).serviceName)])
}

function readSpan(span: JsonObject, shared: ReadonlySet<string>): TraceSpan {
  const startMillis = asNumber(span.timestamp) / 1_000
  const durationMillis = asNumber(span.duration ?? 0) / 1_000
  const id = asText(span.id)
  const parentId = asText(span.parentId)
  const parentSpanId = shared.has(halfOf(parentId, span.localEndpoint)) ? `${parentId}/server` : parentId
  return {
    spanId: isShared(span) ? `${id}/server` : id,
    parentSpanId: isShared(span) ? id : parentSpanId || undefined,
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
