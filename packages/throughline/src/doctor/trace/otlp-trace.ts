import { ATTR_SERVICE_NAME } from '@throughline/otel-shared'
import { asList, asNumber, asObject, asText, type JsonObject } from './json-value.ts'
import type { SpanAttribute, SpanKind, TraceSpan } from './trace-span.ts'

const KINDS: readonly SpanKind[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/** How deep lists and maps of an attribute are read. */
const MAX_DEPTH = 32

/**
 * The spans in a response of `GET /api/v3/traces/{id}`: `{"result":{"resourceSpans":[…]}}` with OTLP JSON. Spans that are no
 * valid OTLP are kept: the doctor reports what is wrong with them.
 *
 * @see https://www.jaegertracing.io/docs/latest/architecture/apis/
 */
export function readOtlpTrace(body: unknown): TraceSpan[] {
  return asList(asObject(asObject(body).result).resourceSpans)
    .map(asObject)
    .flatMap(({ resource, scopeSpans }) => {
      const attributes = readAttributes(asObject(resource).attributes)
      return asList(scopeSpans)
        .map(asObject)
        .flatMap(({ scope, spans }) =>
          asList(spans).map((span) => readSpan(asObject(span), asText(asObject(scope).name), attributes)),
        )
    })
}

function readSpan(span: JsonObject, scope: string, resource: readonly SpanAttribute[]): TraceSpan {
  const events = asList(span.events).flatMap((event) => readAttributes(asObject(event).attributes))
  const service = resource.find(({ key }) => key === ATTR_SERVICE_NAME)?.value
  return {
    spanId: readId(span.spanId),
    parentSpanId: readId(span.parentSpanId) || undefined,
    name: asText(span.name),
    kind: readKind(span.kind),
    startMillis: readNanos(span.startTimeUnixNano),
    endMillis: readNanos(span.endTimeUnixNano),
    service: service === undefined ? '' : String(service),
    scope,
    attributes: [...readAttributes(span.attributes), ...events],
    resource,
    flags: Number.isInteger(asNumber(span.flags)) ? asNumber(span.flags) : undefined,
  }
}

/** Hex, or base64 as ProtoJSON writes bytes; empty for an absent or all-zero id. */
function readId(value: unknown): string {
  const text = asText(value)
  const hex = /^[\w+/]{11}=$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : text.toLowerCase()
  return /^0*$/.test(hex) ? '' : hex
}

function readKind(value: unknown): SpanKind {
  const name = asText(value).replace(/^SPAN_KIND_/, '')
  return KINDS.find((kind) => kind === name) ?? KINDS[asNumber(value)] ?? 'UNSPECIFIED'
}

/** Nanoseconds in milliseconds. The last digits are not needed. */
function readNanos(value: unknown): number {
  return asNumber(value) / 1e6
}

function readAttributes(list: unknown, depth = 0): SpanAttribute[] {
  return asList(list)
    .map(asObject)
    .flatMap(({ key, value }) => readValues(asText(key), asObject(value), depth))
}

function readValues(key: string, value: JsonObject, depth: number): SpanAttribute[] {
  if (depth > MAX_DEPTH) return []
  const { stringValue, intValue, doubleValue, boolValue, arrayValue, kvlistValue } = value
  if (typeof stringValue === 'string') return [{ key, value: stringValue }]
  if (typeof boolValue === 'boolean') return [{ key, value: boolValue }]
  if (intValue !== undefined || doubleValue !== undefined)
    return [{ key, value: asNumber(intValue ?? doubleValue) }]
  const items = asList(asObject(arrayValue).values).flatMap((item) =>
    readValues(key, asObject(item), depth + 1),
  )
  return [...items, ...readAttributes(asObject(kvlistValue).values, depth + 1)]
}
