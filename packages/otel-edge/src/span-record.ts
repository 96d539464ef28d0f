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
 * Writes a span as OTLP JSON. By hand, since this runs for every span of a busy worker: keys are escaped once, and the
 * parts are joined once. Put together with `+` they would be a tree of some hundred nodes, kept until it is encoded.
 */
export function writeSpan(span: SpanRecord): string {
  return [
    '{"traceId":"',
    span.traceId,
    '","spanId":"',
    span.spanId,
    span.parentSpanId === undefined ? '' : `","parentSpanId":"${span.parentSpanId}`,
    span.traceState ? `","traceState":${JSON.stringify(span.traceState)},"flags":` : '","flags":',
    span.flags,
    ',"name":',
    JSON.stringify(span.name),
    ',"kind":',
    span.kind + 1,
    ',"startTimeUnixNano":"',
    toNanos(span.startMillis),
    '","endTimeUnixNano":"',
    toNanos(span.endMillis),
    '","attributes":[',
    writeAttributes(span.attributes),
    // Receivers may take an absent list for an empty one; not all that read OTLP by hand do.
    span.events ? `],"events":[${span.events.map(writeEvent)}` : '],"events":[',
    span.links ? `],"links":[${span.links.map(writeLink)}` : '],"links":[',
    span.status ? `],"status":${JSON.stringify(span.status)}}` : '],"status":{}}',
  ].join('')
}

function writeEvent({ name, timeMillis, attributes }: RecordedEvent): string {
  return `{"timeUnixNano":"${toNanos(timeMillis)}","name":${JSON.stringify(name)},"attributes":[${writeAttributes(attributes)}]}`
}

function writeLink({ attributes, ...link }: RecordedLink): string {
  return `${JSON.stringify(link).slice(0, -1)},"attributes":[${writeAttributes(attributes)}]}`
}

function writeAttributes(attributes: Attributes): string {
  const written: string[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value != null) written.push(writeAttribute(key, value))
  }
  return written.join()
}

// Methods, hosts, routes, status codes: most attributes of a span have the value they had in the span before, so the
// last text of each key is kept. Keys are few; those of an app that makes them up are not kept.
const MAX_KEYS = 500
const lastWritten = new Map<string, { value: AttributeValue; json: string }>()

function writeAttribute(key: string, value: AttributeValue): string {
  const last = lastWritten.get(key)
  if (last?.value === value) return last.json
  const written = JSON.stringify(typeof value === 'string' ? { stringValue: value } : toAnyValue(value))
  const json = ['{"key":', JSON.stringify(key), ',"value":', written, '}'].join('')
  // A list is the same object with other items in it, the next time.
  if (typeof value === 'object') return json
  if (last) {
    last.value = value
    last.json = json
  } else if (lastWritten.size < MAX_KEYS) lastWritten.set(key, { value, json })
  return json
}

let lastMillis = Number.NaN
let lastNanos = ''

/** Milliseconds with a fraction as decimal nanoseconds: the product would not fit a double. */
function toNanos(millis: number): string {
  if (millis === lastMillis) return lastNanos
  const whole = Math.floor(millis)
  const nanos = Math.round((millis - whole) * 1e6)
  lastMillis = millis
  lastNanos = nanos === 1e6 ? `${whole + 1}000000` : whole + String(nanos).padStart(6, '0')
  return lastNanos
}
