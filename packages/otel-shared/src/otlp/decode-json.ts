import { toDoubleValue } from './attributes.ts'
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
} from './types.ts'
import { spanProblem, withoutZeroIds } from './validate-span.ts'

const MAX_VALUE_DEPTH = 20

/**
 * Decodes an `ExportTraceServiceRequest` from its JSON encoding.
 *
 * Unknown fields are ignored, as OTLP demands. A wrong type anywhere outside a span fails the whole body; inside a
 * span it rejects that span.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeTraceRequestJson(text: string): DecodeResult {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    return {
      ok: false,
      message: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
  const rejections: string[] = []
  try {
    const resourceSpans = readList(readObject(body, 'the body'), 'resourceSpans', (value) =>
      readResourceSpans(value, rejections),
    )
    const [errorMessage] = rejections
    return {
      ok: true,
      request: { resourceSpans },
      rejectedSpans: rejections.length,
      ...(errorMessage === undefined ? {} : { errorMessage }),
    }
  } catch (error) {
    if (error instanceof ShapeError) return { ok: false, message: error.message }
    throw error
  }
}

class ShapeError extends Error {}

type Fields = Readonly<Record<string, unknown>>

function readResourceSpans(value: unknown, rejections: string[]): ResourceSpans {
  const fields = readObject(value, 'resourceSpans')
  const resource = fields.resource == null ? {} : readObject(fields.resource, 'resource')
  return {
    resource: { attributes: readAttributes(resource), ...readCounts(resource, ['droppedAttributesCount']) },
    scopeSpans: readList(fields, 'scopeSpans', (scopeSpans) => readScopeSpans(scopeSpans, rejections)),
    ...readOptionalStrings(fields, ['schemaUrl']),
  }
}

function readScopeSpans(value: unknown, rejections: string[]): ScopeSpans {
  const fields = readObject(value, 'scopeSpans')
  const spans: OtlpSpan[] = []
  for (const candidate of readList(fields, 'spans', (span) => span)) {
    const span = readSpanGuarded(candidate, rejections)
    if (span) spans.push(span)
  }
  return { scope: readScope(fields.scope), spans, ...readOptionalStrings(fields, ['schemaUrl']) }
}

function readSpanGuarded(value: unknown, rejections: string[]): OtlpSpan | undefined {
  try {
    const span = withoutZeroIds(readSpan(readObject(value, 'span')))
    const problem = spanProblem(span)
    if (problem === undefined) return span
    rejections.push(problem)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    rejections.push(error.message)
  }
  return undefined
}

function readScope(value: unknown): OtlpScope {
  const fields = value == null ? {} : readObject(value, 'scope')
  return {
    name: readString(fields, 'name'),
    ...readOptionalStrings(fields, ['version']),
    ...(fields.attributes === undefined ? {} : { attributes: readAttributes(fields) }),
  }
}

function readSpan(fields: Fields): OtlpSpan {
  return {
    traceId: readString(fields, 'traceId').toLowerCase(),
    spanId: readString(fields, 'spanId').toLowerCase(),
    ...readOptionalStrings(fields, ['traceState']),
    ...(fields.parentSpanId ? { parentSpanId: readString(fields, 'parentSpanId').toLowerCase() } : {}),
    name: readString(fields, 'name'),
    kind: readCount(fields, 'kind') ?? 0,
    startTimeUnixNano: readInteger(fields.startTimeUnixNano ?? '0', 'startTimeUnixNano'),
    endTimeUnixNano: readInteger(fields.endTimeUnixNano ?? '0', 'endTimeUnixNano'),
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
    timeUnixNano: readInteger(fields.timeUnixNano ?? '0', 'timeUnixNano'),
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
  const fields = value == null ? {} : readObject(value, 'status')
  return { ...readCounts(fields, ['code']), ...readOptionalStrings(fields, ['message']) }
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
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = fields
  if (stringValue != null) return { stringValue: readString(fields, 'stringValue') }
  if (boolValue != null) {
    if (typeof boolValue !== 'boolean') throw new ShapeError('boolValue is not a boolean')
    return { boolValue }
  }
  if (intValue != null) return { intValue: readInt64(intValue) }
  if (doubleValue != null) return { doubleValue: readDouble(doubleValue) }
  if (arrayValue != null) {
    const values = readList(readObject(arrayValue, 'arrayValue'), 'values', (value) =>
      readAnyValue(readObject(value ?? {}, 'values'), depth + 1),
    )
    return { arrayValue: { values } }
  }
  if (kvlistValue != null) {
    const values = readList(readObject(kvlistValue, 'kvlistValue'), 'values', (value) =>
      readKeyValue(value, depth + 1),
    )
    return { kvlistValue: { values } }
  }
  if (bytesValue != null) return { bytesValue: readBase64(readString(fields, 'bytesValue')) }
  return {}
}

function readObject(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(`${name} is not an object`)
  }
  return value as Fields
}

function readList<Item>(fields: Fields, name: string, read: (value: unknown) => Item): Item[] {
  const value = fields[name]
  if (value == null) return []
  if (!Array.isArray(value)) throw new ShapeError(`${name} is not an array`)
  return value.map(read)
}

function readString(fields: Fields, name: string): string {
  const value = fields[name] ?? ''
  if (typeof value !== 'string') throw new ShapeError(`${name} is not a string`)
  return value
}

function readOptionalStrings<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const strings: Partial<Record<Name, string>> = {}
  for (const name of names) if (fields[name]) strings[name] = readString(fields, name)
  return strings
}

function readCount(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  if (value == null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new ShapeError(`${name} is not an unsigned integer`)
  }
  return value
}

function readCounts<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {}
  for (const name of names) {
    const value = readCount(fields, name)
    if (value !== undefined && value !== 0) counts[name] = value
  }
  return counts
}

/** 64-bit integers come as decimal strings, and from lenient senders as numbers. */
function readInteger(value: unknown, name: string): string {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value).toString()
  if (typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value)) return BigInt(value).toString()
  throw new ShapeError(`${name} is not an integer`)
}

function readInt64(value: unknown): string {
  const integer = readInteger(value, 'intValue')
  if (BigInt.asIntN(64, BigInt(integer)).toString() === integer) return integer
  throw new ShapeError('intValue does not fit into 64 bits')
}

/**
 * Checked here, so that encoding what was accepted cannot fail later. Both alphabets of base64 are legal, padding is
 * mended.
 */
function readBase64(text: string): string {
  const bare = text
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  if (/^[A-Za-z0-9+/]*$/.test(bare) && bare.length % 4 !== 1) {
    return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')
  }
  throw new ShapeError('bytesValue is not base64')
}

function readDouble(value: unknown): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (typeof value === 'number') return toDoubleValue(value)
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value
  if (typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(value)) {
    return toDoubleValue(Number(value))
  }
  throw new ShapeError('doubleValue is not a number')
}
