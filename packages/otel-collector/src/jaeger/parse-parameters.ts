import { BadRequest } from './query-errors.ts'

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
}
const DURATION = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)/
const RFC_3339 = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-]\d{2}:\d{2}))$/
const MAX_LIMIT = 1500

/** Parses a duration in Go's format (`1.5s`, `300ms`, `1m30s`) to nanoseconds. Throws a `BadRequest`. */
export function parseDuration(name: string, text: string): bigint {
  let rest = text
  let nanos = 0
  if (rest === '0') return 0n
  while (rest !== '') {
    const part = DURATION.exec(rest)?.[0]
    if (part === undefined)
      throw new BadRequest(`unable to parse param '${name}': invalid duration "${text}"`)
    const unit = part.replace(/^[0-9.]+/, '')
    nanos += Number.parseFloat(part) * (DURATION_UNITS[unit] ?? 0)
    rest = rest.slice(part.length)
  }
  if (text === '' || nanos > Number.MAX_SAFE_INTEGER * 1000) {
    throw new BadRequest(`unable to parse param '${name}': invalid duration "${text}"`)
  }
  return BigInt(Math.round(nanos))
}

/** Parses an RFC 3339 time to nanoseconds. Throws a `BadRequest`. */
export function parseRfc3339(name: string, text: string): bigint {
  const [, seconds, fraction = '', offset = 'Z'] = RFC_3339.exec(text) ?? []
  const millis = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${offset}`)
  // `Date.parse` accepts the 30th of February as the 2nd of March, and 24:00 as the next day.
  const exists = seconds !== undefined && isOnCalendar(seconds)
  if (Number.isNaN(millis) || !exists) {
    throw new BadRequest(`malformed parameter ${name}: cannot parse "${text}" as a time of RFC 3339`)
  }
  return BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** @param seconds a date and a time without a zone */
function isOnCalendar(seconds: string): boolean {
  const millis = Date.parse(`${seconds}Z`)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(seconds.toUpperCase())
}

/** Parses a whole number of at most 18 digits. Throws a `BadRequest`. */
export function parseInteger(name: string, text: string): bigint {
  if (!/^-?[0-9]{1,18}$/.test(text)) {
    throw new BadRequest(`unable to parse param '${name}': invalid integer "${text}"`)
  }
  return BigInt(text)
}

/**
 * Parses the maximum number of traces. It is at least 1, and values above 1500 are reduced to it. Throws a
 * `BadRequest`.
 */
export function parseLimit(name: string, text: string): number {
  const limit = Number(parseInteger(name, text))
  if (limit < 1) throw new BadRequest(`unable to parse param '${name}': "${text}" is less than 1`)
  return Math.min(limit, MAX_LIMIT)
}

/**
 * Parses a trace id like Jaeger does: up to 32 hexadecimal digits, without leading zeros if desired. Throws a
 * `BadRequest`.
 */
export function parseTraceIdParameter(name: string, text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text))
    throw new BadRequest(`malformed parameter ${name}: "${text}" is not a trace id`)
  return text.toLowerCase().padStart(32, '0')
}

/** Parses a JSON object with string values. Throws a `BadRequest`. */
export function parseTagsJson(name: string, text: string): Map<string, string> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new BadRequest(`malformed '${name}' parameter, cannot unmarshal JSON: ${text}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new BadRequest(`malformed '${name}' parameter, expecting a JSON object: ${text}`)
  }
  return new Map(Object.entries(parsed).map(([key, value]) => [key, tagText(name, key, value)]))
}

function tagText(name: string, key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return String(value)
  throw new BadRequest(`malformed '${name}' parameter, expecting a text for "${key}"`)
}
