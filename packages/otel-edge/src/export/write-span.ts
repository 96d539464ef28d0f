import type { AttributeValue, SpanStatus } from '@opentelemetry/api'
import { toAnyValue, truncate } from '@throughline/otel-shared'
import type { SpanLimits } from '../config/span-limits.ts'
import type { AttributeList } from '../core/attribute-list.ts'
import { countDrops, type RecordedEvent, type RecordedLink, type SpanRecord } from '../core/span-record.ts'
import { MAX_KEPT_KEYS, MAX_KEPT_LENGTH, MAX_NAME } from '../limits.ts'

/**
 * Appends a span as OTLP JSON to `parts`, which are joined when a chunk is complete. For speed, it does not build an object
 * for `JSON.stringify`: constant parts are one string each, and no text is copied twice.
 */
export function writeSpan(span: SpanRecord, parts: string[], limits: SpanLimits): void {
  const { valueLength } = limits
  parts.push('{"traceId":"', span.traceId, '","spanId":"', span.spanId)
  if (span.parentSpanId !== undefined) parts.push('","parentSpanId":"', span.parentSpanId)
  if (span.traceState) parts.push('","traceState":', JSON.stringify(span.traceState), ',"flags":')
  else parts.push('","flags":')
  parts.push(`${span.flags}`, ',"name":', writeName(span.name), ',"kind":', KINDS[span.kind + 1] ?? '0')
  parts.push(',"startTimeUnixNano":"', toNanos(span.startMillis))
  parts.push('","endTimeUnixNano":"', toNanos(span.endMillis), '","attributes":[')
  const { attributes } = span
  const excess = attributes.length / 2 - limits.attributes
  if (excess > 0) {
    attributes.length = 2 * limits.attributes
    countDrops(span, 'droppedAttributesCount', excess)
  }
  writeAttributes(attributes, parts, valueLength)
  // Some receivers require these lists even when they are empty.
  parts.push('],"events":[')
  writeItems(span.events, eventHead, parts, valueLength)
  parts.push('],"links":[')
  writeItems(span.links, linkHead, parts, valueLength)
  const end = span.dropped ? `],${JSON.stringify(span.dropped).slice(1, -1)},"status":` : '],"status":'
  parts.push(end, span.status ? writeStatus(span.status) : '{}', '}')
}

/** The kinds as text. The kind of an app's span can be any value. */
const KINDS = '012345'

// Cache: the JSON of the last name, since consecutive spans often have the same name.
let lastName = ''
let lastNameJson = '""'

function writeName(name: string): string {
  if (name !== lastName) {
    lastName = name
    lastNameJson = JSON.stringify(cut(name, MAX_NAME))
  }
  return lastNameJson
}

function writeStatus({ code, message }: SpanStatus): string {
  return JSON.stringify({ code, message: message && cut(message, MAX_NAME) })
}

function eventHead({ name, timeMillis }: RecordedEvent): object {
  return { timeUnixNano: toNanos(timeMillis), name: cut(name, MAX_NAME) }
}

function linkHead({ attributes, droppedAttributesCount, ...head }: RecordedLink): object {
  return head
}

/** Appends events or links as JSON. `headOf` returns their fields other than the attributes. */
function writeItems<Item extends RecordedEvent | RecordedLink>(
  items: readonly Item[] | undefined,
  headOf: (item: Item) => object,
  parts: string[],
  maxLength: number,
): void {
  items?.forEach((item, index) => {
    const { attributes, droppedAttributesCount: dropped } = item
    parts.push(index > 0 ? ',' : '', JSON.stringify(headOf(item)).slice(0, -1), ',"attributes":[')
    writeAttributes(attributes, parts, maxLength)
    parts.push(dropped > 0 ? `],"droppedAttributesCount":${dropped}}` : ']}')
  })
}

function writeAttributes(attributes: AttributeList, parts: string[], maxLength: number): void {
  let isFirst = true
  for (let index = 0; index < attributes.length; index += 2) {
    const value = attributes[index + 1]
    if (value == null) continue
    if (isFirst) isFirst = false
    else parts.push(',')
    parts.push(writeAttribute(attributes[index] as string, value, maxLength))
  }
}

// Cache: the JSON of the last value of each key, at most MAX_KEPT_KEYS of them. Methods, hosts, routes, status codes: most
// attributes of a span have the value that they had in the span before.
const lastWritten = new Map<string, { value: AttributeValue; json: string }>()

function writeAttribute(key: string, value: AttributeValue, maxLength: number): string {
  const isText = typeof value === 'string'
  const isKept = isText
    ? value.length <= MAX_KEPT_LENGTH && value.length <= maxLength
    : typeof value !== 'object'
  const last = isKept ? lastWritten.get(key) : undefined
  if (last?.value === value) return last.json
  const written = JSON.stringify(
    isText ? { stringValue: cut(value, maxLength) } : toAnyValue(cutItems(value, maxLength)),
  )
  const json = ['{"key":', JSON.stringify(key), ',"value":', written, '}'].join('')
  // A list is not cached, since the same array can have other items the next time.
  if (!isKept) return json
  if (last) {
    last.value = value
    last.json = json
  } else if (lastWritten.size < MAX_KEPT_KEYS) lastWritten.set(key, { value, json })
  return json
}

/** Truncates long texts only: `truncate` searches every text for lone surrogates, which `wellFormed` replaces later anyway. */
function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? truncate(text, maxLength) : text
}

function cutItems(value: AttributeValue, maxLength: number): AttributeValue {
  if (!Array.isArray(value)) return value
  return value.map((item) => (typeof item === 'string' ? cut(item, maxLength) : item)) as AttributeValue
}

// Cache: the text of the last time, since the end of one span is often the start of the next.
let lastMillis = Number.NaN
let lastNanos = ''

/** Formats fractional milliseconds as decimal nanoseconds. As a number, they would exceed the precision of a double. */
function toNanos(millis: number): string {
  if (millis === lastMillis) return lastNanos
  const whole = Math.floor(millis)
  const nanos = Math.round((millis - whole) * 1e6)
  lastMillis = millis
  lastNanos = nanos === 1e6 ? `${whole + 1}000000` : whole + String(nanos).padStart(6, '0')
  return lastNanos
}
