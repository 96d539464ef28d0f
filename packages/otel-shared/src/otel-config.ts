/** The standard `OTEL_*` variables that a worker or a page can follow, parsed once. Absent means unset. */
export interface OtelConfig {
  readonly disabled: boolean
  readonly serviceName?: string
  readonly resourceAttributes: Readonly<Record<string, string>>
  /** Full address that traces are posted to. */
  readonly tracesUrl?: string
  /** Full address that logs are posted to. */
  readonly logsUrl?: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol?: 'http/json' | 'http/protobuf'
  readonly compression?: 'gzip' | 'none'
  readonly timeoutMillis?: number
  readonly propagators?: readonly string[]
  readonly sampler?: string
  readonly samplerArg?: string
}

/**
 * Reads the `OTEL_*` variables from an environment record. Signal-specific variables win over general ones; a
 * value that cannot be used is reported through `onProblem` and counts as unset.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readOtelConfig(
  env: Readonly<Record<string, unknown>>,
  onProblem: (message: string) => void = () => {},
): OtelConfig {
  const read = (name: string) => {
    const value = env[name]
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }
  const readSignal = (name: string) =>
    read(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? read(`OTEL_EXPORTER_OTLP_${name}`)
  const oneOf = <Value extends string>(name: string, value: string | undefined, values: readonly Value[]) => {
    const known = values.find((candidate) => candidate === value)
    if (value !== undefined && known === undefined)
      onProblem(`${name}=${value} is not one of ${values.join(', ')}`)
    return known
  }

  const endpoint = read('OTEL_EXPORTER_OTLP_ENDPOINT')
  const resourceAttributes = parsePairs(read('OTEL_RESOURCE_ATTRIBUTES'))
  const timeout = readSignal('TIMEOUT')
  const timeoutMillis = timeout === undefined ? Number.NaN : Number(timeout)
  if (timeout !== undefined && !(timeoutMillis > 0))
    onProblem(`OTEL_EXPORTER_OTLP_TIMEOUT=${timeout} is not a time`)

  return {
    disabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    ...defined('serviceName', read('OTEL_SERVICE_NAME') ?? resourceAttributes['service.name']),
    resourceAttributes,
    ...defined('tracesUrl', url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'v1/traces')),
    ...defined('logsUrl', url('OTEL_EXPORTER_OTLP_LOGS_ENDPOINT', 'v1/logs')),
    headers: parsePairs(readSignal('HEADERS')),
    ...defined(
      'protocol',
      oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', readSignal('PROTOCOL'), ['http/json', 'http/protobuf'] as const),
    ),
    ...defined(
      'compression',
      oneOf('OTEL_EXPORTER_OTLP_COMPRESSION', readSignal('COMPRESSION'), ['gzip', 'none'] as const),
    ),
    ...defined('timeoutMillis', timeoutMillis > 0 ? timeoutMillis : undefined),
    ...defined('propagators', list(read('OTEL_PROPAGATORS'))),
    ...defined('sampler', read('OTEL_TRACES_SAMPLER')),
    ...defined('samplerArg', read('OTEL_TRACES_SAMPLER_ARG')),
  }

  /** A signal's own endpoint is used as it is; the general one gets the signal's path appended. */
  function url(signalName: string, path: string): string | undefined {
    const own = read(signalName)
    const address = own ?? (endpoint && `${endpoint.replace(/\/+$/, '')}/${path}`)
    if (address === undefined || URL.canParse(address)) return address
    onProblem(`${own ? signalName : 'OTEL_EXPORTER_OTLP_ENDPOINT'}=${own ?? endpoint} is not an address`)
    return undefined
  }
}

/** Reads `key=value,key=value` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES and …_HEADERS have it. */
function parsePairs(text: string | undefined): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (const part of text?.split(',') ?? []) {
    const separator = part.indexOf('=')
    const key = part.slice(0, separator).trim()
    if (separator < 1 || key === '') continue
    pairs[key] = decode(part.slice(separator + 1).trim())
  }
  return pairs
}

function list(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** An object with the key only when there is a value, as `exactOptionalPropertyTypes` wants it. */
function defined<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value })
}
