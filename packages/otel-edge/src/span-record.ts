import type { AttributeValue, SpanStatus } from '@opentelemetry/api'
import { toAnyValue } from '@throughline/otel-shared'
import type { AttributeList } from './attribute-list.ts'

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
  attributes: AttributeList
  events: RecordedEvent[] | undefined
  links: RecordedLink[] | undefined
  status: SpanStatus | undefined
  dropped: DroppedCounts | undefined
  readonly scope: Scope
}

/** What was more than a span holds, by OTLP's names. */
export interface DroppedCounts {
  droppedAttributesCount: number
  droppedEventsCount: number
  droppedLinksCount: number
}

export interface Scope {
  readonly name: string
  readonly version?: string
}

interface RecordedEvent {
  readonly name: string
  readonly timeMillis: number
  readonly attributes: AttributeList
}

interface RecordedLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly flags: number
  readonly attributes: AttributeList
}

/**
 * Writes a span as OTLP JSON, in parts that are joined when a chunk of spans is full. By hand, since this runs for every
 * span of a busy worker: what spans have in common is one string, what is their own is short, nothing is copied twice.
 */
export function writeSpan(span: SpanRecord, parts: string[]): void {
  parts.push('{"traceId":"', span.traceId, '","spanId":"', span.spanId)
  if (span.parentSpanId !== undefined) parts.push('","parentSpanId":"', span.parentSpanId)
  if (span.traceState) parts.push('","traceState":', JSON.stringify(span.traceState), ',"flags":')
  else parts.push('","flags":')
  parts.push(
    DIGITS[span.flags] ?? '0',
    ',"name":',
    writeName(span.name),
    ',"kind":',
    DIGITS[span.kind + 1] ?? '0',
  )
  parts.push(',"startTimeUnixNano":"', toNanos(span.startMillis))
  parts.push('","endTimeUnixNano":"', toNanos(span.endMillis), '","attributes":[')
  writeAttributes(span.attributes, parts)
  // Receivers may take an absent list for an empty one; not all that read OTLP by hand do.
  if (span.events) writeEvents(span.events, parts)
  else parts.push('],"events":[')
  if (span.links) writeLinks(span.links, parts)
  else parts.push('],"links":[')
  const end = span.dropped ? `],${JSON.stringify(span.dropped).slice(1, -1)},"status":` : '],"status":'
  parts.push(end, span.status ? JSON.stringify(span.status) : '{}', '}')
}

const DIGITS = ['0', '1', '2', '3', '4', '5']

let lastName = ''
let lastNameJson = '""'

function writeName(name: string): string {
  if (name !== lastName) {
    lastName = name
    lastNameJson = JSON.stringify(name)
  }
  return lastNameJson
}

function writeEvents(events: readonly RecordedEvent[], parts: string[]): void {
  let before = '],"events":[{"timeUnixNano":"'
  for (const { name, timeMillis, attributes } of events) {
    parts.push(before, toNanos(timeMillis), '","name":', JSON.stringify(name), ',"attributes":[')
    writeAttributes(attributes, parts)
    parts.push(']}')
    before = ',{"timeUnixNano":"'
  }
}

function writeLinks(links: readonly RecordedLink[], parts: string[]): void {
  let before = '],"links":['
  for (const { attributes, ...link } of links) {
    parts.push(before, JSON.stringify(link).slice(0, -1), ',"attributes":[')
    writeAttributes(attributes, parts)
    parts.push(']}')
    before = ','
  }
}

function writeAttributes(attributes: AttributeList, parts: string[]): void {
  let isFirst = true
  for (let index = 0; index < attributes.length; index += 2) {
    const value = attributes[index + 1]
    if (value == null) continue
    if (isFirst) isFirst = false
    else parts.push(',')
    parts.push(writeAttribute(attributes[index] as string, value))
  }
}

// Methods, hosts, routes, status codes: most attributes of a span have the value they had in the span before, so the
// last text of each key is kept. Keys are few; those of an app that makes them up are not kept.
const MAX_KEYS = 500
const lastWritten = new Map<string, { value: AttributeValue; json: string }>()

/** Of what is no attribute that an app has set, whose limit is a quarter of it: the texts of errors, statements. */
const MAX_TEXT = 16 * 1024

function writeAttribute(key: string, value: AttributeValue): string {
  const last = lastWritten.get(key)
  if (last?.value === value) return last.json
  const written = JSON.stringify(
    typeof value === 'string' ? { stringValue: value.slice(0, MAX_TEXT) } : toAnyValue(value),
  )
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
