import type {
  AnyValue,
  DecodeResult,
  KeyValue,
  OtlpEvent,
  OtlpLink,
  OtlpScope,
  OtlpSpan,
  OtlpStatus,
  ResourceSpans,
  ScopeSpans,
} from '../types.ts'
import { normalizeIds, spanProblem } from '../validate-span.ts'
import {
  type Fields,
  parseProtoJson,
  readBase64,
  readCounts,
  readDouble,
  readEnum,
  readField,
  readInt64,
  readInteger,
  readList,
  readObject,
  readOptionalStrings,
  readString,
  ShapeError,
} from './proto-json.ts'

const MAX_VALUE_DEPTH = 20
const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/**
 * Decodes an `ExportTraceServiceRequest` from its JSON encoding.
 *
 * Unknown fields are ignored, as OTLP requires. A wrong type outside of a span invalidates the whole body. Within a span, it
 * invalidates that span. The field names of the .proto files and the names of enum values are accepted too, as by the
 * OpenTelemetry Collector, although OTLP does not allow senders to write them.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and https://protobuf.dev/programming-guides/json/
 */
export function decodeTraceRequestJson(text: string): DecodeResult {
  try {
    return parseProtoJson(text, readRequest)
  } catch (error) {
    if (error instanceof ShapeError) return { ok: false, message: error.message }
    // A RangeError means that the nesting is too deep for the stack.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    return { ok: false, message: `the body is not JSON: ${error.message}` }
  }
}

function readRequest(body: unknown): DecodeResult {
  const rejections: Rejections = { spans: 0, first: undefined }
  const resourceSpans = readList(readObject(body, 'the body'), 'resourceSpans', (value) =>
    readResourceSpans(value, rejections),
  )
  const { spans, first } = rejections
  return {
    ok: true,
    request: { resourceSpans },
    rejectedSpans: spans,
    ...(first === undefined ? {} : { errorMessage: first }),
  }
}

/** The number of rejected spans, and the problem of the first one. */
interface Rejections {
  spans: number
  first: string | undefined
}

function reject(rejections: Rejections, problem: string): void {
  rejections.spans++
  rejections.first ??= problem
}

function readResourceSpans(value: unknown, rejections: Rejections): ResourceSpans {
  const fields = readObject(value, 'resourceSpans')
  const resource = readObject(readField(fields, 'resource') ?? {}, 'resource')
  return {
    resource: { attributes: readAttributes(resource), ...readCounts(resource, ['droppedAttributesCount']) },
    scopeSpans: readList(fields, 'scopeSpans', (scopeSpans) => readScopeSpans(scopeSpans, rejections)),
    ...readOptionalStrings(fields, ['schemaUrl']),
  }
}

function readScopeSpans(value: unknown, rejections: Rejections): ScopeSpans {
  const fields = readObject(value, 'scopeSpans')
  const spans: OtlpSpan[] = []
  for (const candidate of readList(fields, 'spans', (span) => span)) {
    const span = readSpanGuarded(candidate, rejections)
    if (span) spans.push(span)
  }
  return { scope: readScope(fields.scope), spans, ...readOptionalStrings(fields, ['schemaUrl']) }
}

function readSpanGuarded(value: unknown, rejections: Rejections): OtlpSpan | undefined {
  try {
    const span = normalizeIds(readSpan(readObject(value, 'span')))
    const problem = spanProblem(span)
    if (problem === undefined) return span
    reject(rejections, problem)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    reject(rejections, error.message)
  }
  return undefined
}

function readScope(value: unknown): OtlpScope {
  const fields = readObject(value ?? {}, 'scope')
  return {
    name: readString(fields, 'name'),
    ...readOptionalStrings(fields, ['version']),
    ...(fields.attributes == null ? {} : { attributes: readAttributes(fields) }),
  }
}

function readSpan(fields: Fields): OtlpSpan {
  const parentSpanId = readString(fields, 'parentSpanId').toLowerCase()
  return {
    traceId: readString(fields, 'traceId').toLowerCase(),
    spanId: readString(fields, 'spanId').toLowerCase(),
    ...readOptionalStrings(fields, ['traceState']),
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name: readString(fields, 'name'),
    kind: readEnum(fields, 'kind', SPAN_KINDS),
    startTimeUnixNano: readInteger(readField(fields, 'startTimeUnixNano') ?? '0', 'startTimeUnixNano'),
    endTimeUnixNano: readInteger(readField(fields, 'endTimeUnixNano') ?? '0', 'endTimeUnixNano'),
    attributes: readAttributes(fields),
    events: readList(fields, 'events', readEvent),
    links: readList(fields, 'links', readLink),
    status: readStatus(fields.status),
    ...readCounts(fields, ['flags', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']),
  }
}

function readEvent(value: unknown): OtlpEvent {
  const fields = readObject(value, 'event')
  return {
    timeUnixNano: readInteger(readField(fields, 'timeUnixNano') ?? '0', 'timeUnixNano'),
    name: readString(fields, 'name'),
    attributes: readAttributes(fields),
    ...readCounts(fields, ['droppedAttributesCount']),
  }
}

function readLink(value: unknown): OtlpLink {
  const fields = readObject(value, 'link')
  return {
    traceId: readString(fields, 'traceId').toLowerCase(),
    spanId: readString(fields, 'spanId').toLowerCase(),
    ...readOptionalStrings(fields, ['traceState']),
    attributes: readAttributes(fields),
    ...readCounts(fields, ['droppedAttributesCount', 'flags']),
  }
}

function readStatus(value: unknown): OtlpStatus {
  const fields = readObject(value ?? {}, 'status')
  const code = readEnum(fields, 'code', STATUS_CODES)
  return { ...(code === 0 ? {} : { code }), ...readOptionalStrings(fields, ['message']) }
}

function readAttributes(fields: Fields): KeyValue[] {
  return readList(fields, 'attributes', (value) => readKeyValue(value, 0))
}

function readKeyValue(value: unknown, depth: number): KeyValue {
  const fields = readObject(value, 'attribute')
  const key = readString(fields, 'key')
  return { key, value: fields.value == null ? {} : readAnyValue(readObject(fields.value, key), depth) }
}

function readAnyValue(fields: Fields, depth: number): AnyValue {
  if (depth > MAX_VALUE_DEPTH) throw new ShapeError(`an attribute is nested deeper than ${MAX_VALUE_DEPTH}`)
  // The object has one member, so a loop is faster than seven lookups.
  for (const name in fields) {
    const value = fields[name]
    if (value == null) continue
    switch (name) {
      case 'stringValue':
      case 'string_value':
        return { stringValue: readString(fields, name) }
      case 'boolValue':
      case 'bool_value':
        if (typeof value !== 'boolean') throw new ShapeError('boolValue is not a boolean')
        return { boolValue: value }
      case 'intValue':
      case 'int_value':
        return { intValue: readInt64(value, 'intValue') }
      case 'doubleValue':
      case 'double_value':
        return { doubleValue: readDouble(value, 'doubleValue') }
      case 'arrayValue':
      case 'array_value':
        return { arrayValue: { values: readList(readObject(value, 'arrayValue'), 'values', readItem) } }
      case 'kvlistValue':
      case 'kvlist_value':
        return { kvlistValue: { values: readList(readObject(value, 'kvlistValue'), 'values', readPair) } }
      case 'bytesValue':
      case 'bytes_value':
        return { bytesValue: readBase64(readString(fields, name), 'bytesValue') }
    }
  }
  return {}

  function readItem(item: unknown): AnyValue {
    return readAnyValue(readObject(item ?? {}, 'values'), depth + 1)
  }

  function readPair(pair: unknown): KeyValue {
    return readKeyValue(pair, depth + 1)
  }
}
