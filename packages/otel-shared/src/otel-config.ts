/** How one signal is exported. Absent means unset. */
export interface OtlpExportConfig {
  /** Full address that it is posted to. */
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly protocol?: 'http/json' | 'http/protobuf' | undefined
  readonly compression?: 'gzip' | 'none' | undefined
  readonly timeoutMillis?: number | undefined
}

/** The standard `OTEL_*` variables that a worker or a page can follow, parsed once. Absent means unset. */
export interface OtelConfig {
  readonly disabled: boolean
  readonly serviceName?: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly traces: OtlpExportConfig
  readonly logs: OtlpExportConfig
  readonly propagators?: readonly string[] | undefined
  readonly sampler?: string | undefined
  readonly samplerArg?: string | undefined
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
  const problems = new Set<string>()
  // A variable of all signals is read once for each.
  const report = (message: string) => {
    if (problems.has(message)) return
    problems.add(message)
    onProblem(message)
  }
  const read = (name: string) => {
    const value = env[name]
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  }
  const oneOf = <Value extends string>(name: string, values: readonly Value[]) => {
    const value = read(name)
    const known = values.find((candidate) => candidate === value)
    if (value !== undefined && known === undefined)
      report(`${name}=${value} is not one of ${values.join(', ')}`)
    return known
  }
  const resourceAttributes = parsePairs(read('OTEL_RESOURCE_ATTRIBUTES'))

  return {
    disabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    serviceName: read('OTEL_SERVICE_NAME') ?? resourceAttributes['service.name'],
    resourceAttributes,
    traces: readExport('TRACES', 'v1/traces'),
    logs: readExport('LOGS', 'v1/logs'),
    propagators: list(read('OTEL_PROPAGATORS')),
    sampler: read('OTEL_TRACES_SAMPLER'),
    samplerArg: read('OTEL_TRACES_SAMPLER_ARG'),
  }

  function readExport(signal: string, path: string): OtlpExportConfig {
    const nameOf = (part: string) => {
      const own = `OTEL_EXPORTER_OTLP_${signal}_${part}`
      return read(own) === undefined ? `OTEL_EXPORTER_OTLP_${part}` : own
    }
    const timeout = read(nameOf('TIMEOUT'))
    const timeoutMillis = timeout === undefined ? Number.NaN : Number(timeout)
    if (timeout !== undefined && !(timeoutMillis > 0)) report(`${nameOf('TIMEOUT')}=${timeout} is not a time`)
    return {
      url: readUrl(nameOf('ENDPOINT'), path),
      headers: parsePairs(read(nameOf('HEADERS'))),
      protocol: oneOf(nameOf('PROTOCOL'), ['http/json', 'http/protobuf'] as const),
      compression: oneOf(nameOf('COMPRESSION'), ['gzip', 'none'] as const),
      timeoutMillis: timeoutMillis > 0 ? timeoutMillis : undefined,
    }
  }

  /** A signal's own endpoint is used as it is; the general one gets the signal's path appended. */
  function readUrl(name: string, path: string): string | undefined {
    const value = read(name)
    if (value === undefined) return undefined
    const address = name === 'OTEL_EXPORTER_OTLP_ENDPOINT' ? `${value.replace(/\/+$/, '')}/${path}` : value
    if (URL.canParse(address)) return address
    report(`${name}=${value} is not an address`)
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
