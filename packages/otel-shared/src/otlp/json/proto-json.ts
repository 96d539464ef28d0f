import { toWellFormed } from '../../text/truncate.ts'

/** Thrown when a JSON value does not have the type of its field. */
export class ShapeError extends Error {}

export type Fields = Readonly<Record<string, unknown>>

/** The source text of a number that a double cannot represent exactly. */
class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Thrown for an integer that `JSON.parse` may have rounded. */
class InexactNumber extends Error {}

// 2^64 has 20 digits. The other characters are for a fraction of zeros and an exponent.
const MAX_NUMBER_LENGTH = 100
const SURROGATE_ESCAPE = /\\ud[89a-f]/i
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Parses JSON and calls `read` with the result. Lone surrogates become U+FFFD, since strings in protobuf cannot contain them.
 * OTLP's senders write 64-bit integers as strings. Only if `read` finds an integer beyond 2^53 that is a number, the text is
 * parsed again, with the source texts of such numbers.
 */
export function parseProtoJson<Result>(text: string, read: (body: unknown) => Result): Result {
  // A text that was decoded from UTF-8 can contain lone surrogates only as escapes.
  const isBroken = text.includes('\\u') && SURROGATE_ESCAPE.test(text)
  const body: unknown = isBroken ? JSON.parse(text, mend) : JSON.parse(text)
  try {
    return read(body)
  } catch (error) {
    if (error instanceof InexactNumber) return read(JSON.parse(text, mendExactly))
    throw error
  }
}

function mend(_: string, value: unknown): unknown {
  return typeof value === 'string' ? toWellFormed(value) : value
}

/** Replaces inexact integers by their source texts, which engines before Node.js 21 do not provide. */
function mendExactly(name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return mend(name, value)
  return new ExactNumber(context?.source ?? String(value))
}

const NAMES =
  'resourceSpans scopeSpans schemaUrl droppedAttributesCount traceId spanId traceState parentSpanId startTimeUnixNano ' +
  'endTimeUnixNano timeUnixNano droppedEventsCount droppedLinksCount'
/** The field names of the .proto files, where they differ from the JSON names. */
const PROTO_NAMES: ReadonlyMap<string, string> = new Map(
  NAMES.split(' ').map((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]),
)

/** The value of a field, by its JSON name or by its name in the .proto file. */
export function readField(fields: Fields, name: string): unknown {
  const value = fields[name]
  if (value !== undefined) return value
  const protoName = PROTO_NAMES.get(name)
  return protoName === undefined ? undefined : fields[protoName]
}

export function readObject(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ExactNumber) {
    throw new ShapeError(`${name} is not an object`)
  }
  return value as Fields
}

export function readList<Item>(fields: Fields, name: string, read: (value: unknown) => Item): Item[] {
  const value = readField(fields, name)
  if (value == null) return []
  if (!Array.isArray(value)) throw new ShapeError(`${name} is not an array`)
  return value.map(read)
}

export function readString(fields: Fields, name: string): string {
  const value = readField(fields, name) ?? ''
  if (typeof value !== 'string') throw new ShapeError(`${name} is not a string`)
  return value
}

/** Reads strings. The empty ones are omitted. */
export function readOptionalStrings<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  return pickNonDefault(names, (name) => readString(fields, name))
}

/** Reads integers of 32 bits. Zeros are omitted. */
export function readCounts<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  return pickNonDefault(names, (name) => {
    const value = readField(fields, name)
    return value == null ? 0 : toUint32(value, name)
  })
}

/** The values that are not the default of protobuf: an empty string or zero. */
function pickNonDefault<Name extends string, Value extends string | number>(
  names: readonly Name[],
  read: (name: Name) => Value,
): Partial<Record<Name, Value>> {
  const values: Partial<Record<Name, Value>> = {}
  for (const name of names) {
    const value = read(name)
    if (value) values[name] = value
  }
  return values
}

/** Reads an enum value. OTLP's senders write numbers. Names are accepted, as in ProtoJSON and by the OpenTelemetry Collector. */
export function readEnum(fields: Fields, name: string, names: readonly string[]): number {
  const value = readField(fields, name)
  if (value == null) return 0
  const index = typeof value === 'string' ? names.indexOf(value) : -1
  return index < 0 ? toUint32(value, name) : index
}

function toUint32(value: unknown, name: string): number {
  const number = typeof value === 'number' ? value : Number(toDecimal(value))
  if (Number.isInteger(number) && number >= 0 && number <= 0xffffffff) return number
  throw new ShapeError(`${name} is not an unsigned integer`)
}

/** Reads an integer as a decimal string, from a number or a string. An exponent and a fraction of zeros are valid. */
export function readInteger(value: unknown, name: string): string {
  const decimal = toDecimal(value)
  if (decimal === undefined) throw new ShapeError(`${name} is not an integer`)
  return decimal
}

export function readInt64(value: unknown, name: string): string {
  const integer = readInteger(value, name)
  if (BigInt.asIntN(64, BigInt(integer)).toString() === integer) return integer
  throw new ShapeError(`${name} does not fit into 64 bits`)
}

function toDecimal(value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value)
    if (Number.isInteger(value)) throw new InexactNumber()
    return undefined
  }
  const text = value instanceof ExactNumber ? value.text : value
  if (typeof text !== 'string' || text.length > MAX_NUMBER_LENGTH) return undefined
  // The form of nearly all integers.
  if (/^[1-9]\d{0,18}$/.test(text)) return text
  const [, sign, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (sign === undefined || whole === undefined) return undefined
  const digits = whole + fraction
  if (/^0+$/.test(digits)) return '0'
  const point = whole.length + Number(exponent)
  if (point < 0 || point > MAX_NUMBER_LENGTH * 2 || !/^0*$/.test(digits.slice(point))) return undefined
  return BigInt(`${sign}${digits.slice(0, point).padEnd(point, '0')}`).toString()
}

export function readDouble(value: unknown, name: string): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value
  const text = value instanceof ExactNumber ? value.text : value
  const isDecimal = typeof text === 'number' || (typeof text === 'string' && DECIMAL.test(text))
  const number = isDecimal ? Number(text) : Number.NaN
  if (Number.isFinite(number)) return number
  throw new ShapeError(`${name} is not a number that a double can hold`)
}

/** Reads base64 in either alphabet, with or without padding. Returns it in a form that `atob` can decode. */
export function readBase64(text: string, name: string): string {
  const bare = text
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
  if (/^[A-Za-z0-9+/]*$/.test(bare) && bare.length % 4 !== 1) {
    return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=')
  }
  throw new ShapeError(`${name} is not base64`)
}
