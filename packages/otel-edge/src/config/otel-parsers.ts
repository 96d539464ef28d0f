import { parseRatio, redactUrl, SAMPLER_NAME } from '@throughline/otel-shared'
import { HTTP_URL, parseHttpUrl } from './http-url.ts'

export const MAX_INTEGER: number = 2 ** 31 - 1

/**
 * A parser, which returns `undefined` for invalid text, a description of the valid values for warnings, and a function that
 * removes secrets from an invalid value.
 */
export type Parser<Value> = readonly [
  parse: (text: string) => Value | undefined,
  kind: string,
  redact?: (text: string) => string,
]

export const INTEGER: Parser<number> = [
  (text) => (/^\d{1,10}$/.test(text) && Number(text) <= MAX_INTEGER ? Number(text) : undefined),
  `an integer from 0 to ${MAX_INTEGER}`,
]
export const RATIO: Parser<string> = [
  (text) => (parseRatio(text) === undefined ? undefined : text),
  'a ratio from 0 to 1',
]
export const NO_RATIO: Parser<string> = [() => undefined, 'used without a ratio in OTEL_TRACES_SAMPLER']
export const SAMPLER: Parser<string> = [
  (text) => (SAMPLER_NAME.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
  'a supported sampler',
]
export const RESOURCE: Parser<Record<string, string>> = [
  parseResource,
  'key=value,key=value with other commas and = percent-encoded',
]
export const PROPAGATOR: Parser<string> = oneOf('tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none')
export const EXPORTER: Parser<string> = oneOf('otlp', 'none')
export const BOOLEAN: Parser<string> = oneOf('true', 'false')
export const PROTOCOL: Parser<'http/json' | 'http/protobuf'> = oneOf('http/json', 'http/protobuf')
export const COMPRESSION: Parser<'gzip' | 'none'> = oneOf('gzip', 'none')

/** Accepts addresses. Appends `path`, if it is not empty, to their paths. */
export function httpUrl(path: string): Parser<string> {
  return [
    (text) => {
      const url = parseHttpUrl(text)
      if (url && path) url.pathname += url.pathname.endsWith('/') ? path : `/${path}`
      return url?.href
    },
    HTTP_URL,
    (text) => redactUrl(text.replace(/^.*@/s, '…@')),
  ]
}

/** Accepts one of these values, case-insensitively. */
function oneOf<Value extends string>(...values: Value[]): Parser<Value> {
  return [(text) => values.find((value) => value === text.toLowerCase()), values.join(' or ')]
}

/**
 * Parses resource attributes. As the specification requires, one malformed member invalidates the whole value.
 *
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
function parseResource(text: string): Record<string, string> | undefined {
  const members = membersOf(text)
  if (!members.every(([key, value]) => key && value !== undefined && !value.includes('='))) return undefined
  try {
    return Object.fromEntries(members.map((member) => member.map((side = '') => decodeURIComponent(side))))
  } catch {
    return undefined
  }
}

/** Splits `key=value,key=value` into members. Blank members are omitted. A member without `=` has no value. */
export function membersOf(text: string): [key: string, value: string | undefined][] {
  return text
    .split(',')
    .filter((member) => member.trim())
    .map((member) => {
      const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(member) ?? []
      return [key.trim(), value?.trim()]
    })
}
