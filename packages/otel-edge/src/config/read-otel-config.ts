import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import { truncate } from '@throughline/otel-shared'
import { MAX_SHOWN_LENGTH } from '../limits.ts'
import { isValidHeader } from './http-header.ts'
import type { OtelConfig, OtlpExportConfig, SpanLimits } from './otel-config.ts'
import {
  BOOLEAN,
  COMPRESSION,
  EXPORTER,
  httpUrl,
  INTEGER,
  MAX_INTEGER,
  membersOf,
  NO_RATIO,
  type Parser,
  PROPAGATOR,
  PROTOCOL,
  RATIO,
  RESOURCE,
  SAMPLER,
} from './otel-parsers.ts'

/** The names of each limit's variables, without prefix and suffix. The first one that is set is used. */
const SPAN_LIMITS: readonly (readonly [limit: keyof SpanLimits, ...names: string[]])[] = [
  ['valueLength', 'SPAN_ATTRIBUTE_VALUE_LENGTH', 'ATTRIBUTE_VALUE_LENGTH'],
  ['attributes', 'SPAN_ATTRIBUTE_COUNT', 'ATTRIBUTE_COUNT'],
  ['events', 'SPAN_EVENT_COUNT'],
  ['links', 'SPAN_LINK_COUNT'],
  ['eventAttributes', 'EVENT_ATTRIBUTE_COUNT', 'ATTRIBUTE_COUNT'],
  ['linkAttributes', 'LINK_ATTRIBUTE_COUNT', 'ATTRIBUTE_COUNT'],
]

/**
 * Parses the `OTEL_*` variables of an environment. A variable of one signal (`OTEL_EXPORTER_OTLP_TRACES_…`) takes precedence
 * over that of all signals (`OTEL_EXPORTER_OTLP_…`). An invalid value is treated as unset, and reported once through
 * `onProblem` with the name of its variable.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ and
 *   https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function readOtelConfig(
  env: Readonly<Record<string, unknown>>,
  onProblem: (message: string) => void = () => {},
): OtelConfig {
  const problems = new Set<string>()
  const report = (message: string) => {
    // A variable of all signals is read once for each signal, but its problem is reported only once.
    if (!problems.has(message)) onProblem(message)
    problems.add(message)
  }
  const reportInvalid = (name: string, value: string, problem: string) =>
    report(`${name}=${truncate(value, MAX_SHOWN_LENGTH)} is not ${problem}`)
  const read = (name: string): string => {
    const value = env[name]
    // In a Wrangler configuration, variables can be numbers and booleans.
    return /^(?:string|number|boolean)$/.test(typeof value) ? String(value).trim() : ''
  }
  const parse = <Value>(name: string, text: string, parser: Parser<Value>): Value | undefined => {
    if (!text) return undefined
    const [parseText, kind, redact] = parser
    const value = parseText(text)
    if (value === undefined) reportInvalid(name, redact?.(text) ?? text, kind)
    return value
  }
  const readAs = <Value>(name: string, parser: Parser<Value>) => parse(name, read(name), parser)
  const readItems = (name: string) =>
    read(name)
      .split(',')
      .map((item) => item.trim())
  /** Reads a comma-separated list and reports unsupported items. `none` takes precedence over all other items. */
  const readList = (name: string, known: Parser<string>): readonly string[] | undefined => {
    const items = new Set(readItems(name).flatMap((item) => parse(name, item, known) ?? []))
    if (items.has('none')) return ['none']
    return items.size > 0 ? [...items] : undefined
  }

  const resourceAttributes = readAs('OTEL_RESOURCE_ATTRIBUTES', RESOURCE) ?? {}
  const sampler = readAs('OTEL_TRACES_SAMPLER', SAMPLER)
  const methods = 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS'
  return {
    disabled: readAs('OTEL_SDK_DISABLED', BOOLEAN) === 'true',
    serviceName: read('OTEL_SERVICE_NAME') || resourceAttributes[ATTR_SERVICE_NAME] || undefined,
    resourceAttributes,
    traces: readExport('TRACES', 'v1/traces'),
    logs: readExport('LOGS', 'v1/logs'),
    propagators: readList('OTEL_PROPAGATORS', PROPAGATOR),
    sampler,
    // For an unsupported sampler, another warning has been reported already.
    samplerArg:
      !sampler && read('OTEL_TRACES_SAMPLER')
        ? undefined
        : readAs('OTEL_TRACES_SAMPLER_ARG', sampler?.endsWith('traceidratio') ? RATIO : NO_RATIO),
    // https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
    knownMethods: read(methods) ? readItems(methods) : undefined,
    spanLimits: Object.fromEntries(SPAN_LIMITS.flatMap(readLimit)),
  }

  function readLimit([limit, ...names]: (typeof SPAN_LIMITS)[number]): [string, number][] {
    const [value] = names.flatMap((name) => readAs(`OTEL_${name}_LIMIT`, INTEGER) ?? [])
    return value === undefined ? [] : [[limit, value]]
  }

  function readExport(signal: string, path: string): OtlpExportConfig {
    const general = 'OTEL_EXPORTER_OTLP_'
    const own = `${general}${signal}_`
    const readPart = <Value>(part: string, parser: Parser<Value>) =>
      readAs(own + part, parser) ?? readAs(general + part, parser)
    // The endpoint of one signal is used unchanged. The path of the signal is appended to the endpoint of all signals.
    // https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
    const ownUrl = readAs(`${own}ENDPOINT`, httpUrl(''))
    const url = ownUrl ?? readAs(`${general}ENDPOINT`, httpUrl(path))
    const endpointVariable = `${ownUrl || !read(`${general}ENDPOINT`) ? own : general}ENDPOINT`
    const isOff = readList(`OTEL_${signal}_EXPORTER`, EXPORTER)?.includes('none')
    const timeoutMillis = readPart('TIMEOUT', INTEGER)
    return {
      ...(isOff ? { isOff } : { url }),
      endpointVariable: read(endpointVariable) ? endpointVariable : undefined,
      headers: readHeaders(`${own}HEADERS`) ?? readHeaders(`${general}HEADERS`) ?? {},
      protocol: readPart('PROTOCOL', PROTOCOL),
      compression: readPart('COMPRESSION', COMPRESSION),
      // 0 means no timeout, which implementations may treat as a very long one.
      // https://opentelemetry.io/docs/specs/otel/configuration/common/#timeout
      timeoutMillis: timeoutMillis === 0 ? MAX_INTEGER : timeoutMillis,
    }
  }

  /** Parses a list of headers. Warnings never contain a value, which can be an API key. */
  function readHeaders(name: string): Record<string, string> | undefined {
    if (!read(name)) return undefined
    const headers = new Map<string, string>()
    for (const [index, [key, text]] of membersOf(read(name)).entries()) {
      const value = text && decode(text)
      if (value === undefined) report(`${name}: member ${index + 1} is not name=value`)
      else if (isValidHeader(key, value)) headers.set(key.toLowerCase(), value)
      else reportInvalid(name, key, 'a valid header')
    }
    return Object.fromEntries(headers)
  }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
