import type { Attributes, AttributeValue, SpanStatus } from '@opentelemetry/api'
import { toAnyValue } from '@throughline/otel-shared'

/** A span as plain data: cheap to fill while a request runs, written as OTLP JSON when it ends. */
export interface SpanRecord {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  readonly flags: number
  name: string
  /** The API's kind, which OTLP counts from 1 (its 0 is unspecified). */
  readonly kind: number
  /** Unix milliseconds. */
  startMillis: number
  endMillis: number
  attributes: Attributes
  events: RecordedEvent[] | undefined
  links: RecordedLink[] | undefined
  status: SpanStatus | undefined
  readonly scope: Scope
}

export interface Scope {
  readonly name: string
  readonly version?: string
}

interface RecordedEvent {
  readonly name: string
  readonly timeMillis: number
  readonly attributes: Attributes
}

interface RecordedLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly flags: number
  readonly attributes: Attributes
}

/**
 * Writes a span as OTLP JSON. By hand, since this runs for every span of a busy worker: no intermediate objects, keys
 * escaped once.
 */
export function writeSpan(span: SpanRecord): string {
  let json = `{"traceId":"${span.traceId}","spanId":"${span.spanId}"`
  if (span.parentSpanId !== undefined) json += `,"parentSpanId":"${span.parentSpanId}"`
  if (span.traceState) json += `,"traceState":${JSON.stringify(span.traceState)}`
  json += `,"flags":${span.flags},"name":${JSON.stringify(span.name)},"kind":${span.kind + 1},"startTimeUnixNano":"${toNanos(span.startMillis)}","endTimeUnixNano":"${toNanos(span.endMillis)}","attributes":${writeAttributes(span.attributes)}`
  // Receivers may take an absent list for an empty one; not all that read OTLP by hand do.
  json += span.events ? `,"events":[${span.events.map(writeEvent)}]` : ',"events":[]'
  json += span.links ? `,"links":[${span.links.map(writeLink)}]` : ',"links":[]'
  return json + (span.status ? `,"status":${JSON.stringify(span.status)}}` : ',"status":{}}')
}

function writeEvent({ name, timeMillis, attributes }: RecordedEvent): string {
  return `{"timeUnixNano":"${toNanos(timeMillis)}","name":${JSON.stringify(name)},"attributes":${writeAttributes(attributes)}}`
}

function writeLink({ attributes, ...link }: RecordedLink): string {
  return `${JSON.stringify(link).slice(0, -1)},"attributes":${writeAttributes(attributes)}}`
}

function writeAttributes(attributes: Attributes): string {
  let json = ''
  for (const key in attributes) {
    const value = attributes[key]
    if (value != null) json += (json === '' ? '[' : ',') + writeAttribute(key, value)
  }
  return json === '' ? '[]' : `${json}]`
}

// Methods, hosts, routes, status codes: most attributes of a span have the value they had in the span before, so the
// last text of each key is kept. Keys are few; those of an app that makes them up are not kept.
const MAX_KEYS = 500
const lastWritten = new Map<string, { value: AttributeValue; json: string }>()

function writeAttribute(key: string, value: AttributeValue): string {
  const last = lastWritten.get(key)
  if (last?.value === value) return last.json
  const json = `{"key":${JSON.stringify(key)},"value":${
    typeof value === 'string' ? `{"stringValue":${JSON.stringify(value)}}` : JSON.stringify(toAnyValue(value))
  }}`
  if (last) {
    last.value = value
    last.json = json
  } else if (lastWritten.size < MAX_KEYS) lastWritten.set(key, { value, json })
  return json
}

/** Milliseconds with a fraction as decimal nanoseconds: the product would not fit a double. */
function toNanos(millis: number): string {
  const whole = Math.floor(millis)
  if (whole === millis) return `${whole}000000`
  const nanos = Math.round((millis - whole) * 1e6)
  return nanos === 1e6 ? `${whole + 1}000000` : whole + String(nanos).padStart(6, '0')
}
