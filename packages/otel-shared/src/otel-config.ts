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
  const readAs = <Value>(name: string, kind: string, parse: (text: string) => Value | undefined) => {
    const text = read(name)
    const value = text === undefined ? undefined : parse(text)
    if (text !== undefined && value === undefined) report(`${name}=${text} is not ${kind}`)
    return value
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
    const readPart = <Value>(part: string, kind: string, parse: (text: string) => Value | undefined) =>
      readAs(nameOf(part), kind, parse)
    // A signal's own endpoint is used as it is; the general one gets the signal's path appended.
    const toUrl = (text: string) => {
      const isGeneral = nameOf('ENDPOINT') === 'OTEL_EXPORTER_OTLP_ENDPOINT'
      const url = isGeneral ? `${text.replace(/\/+$/, '')}/${path}` : text
      return URL.canParse(url) ? url : undefined
    }
    // `none` is the one exporter of the specification's that makes a difference here: there is only OTLP.
    const isOff = read(`OTEL_${signal}_EXPORTER`)?.toLowerCase() === 'none'
    return {
      url: isOff ? undefined : readPart('ENDPOINT', 'an address', toUrl),
      headers: parsePairs(read(nameOf('HEADERS'))),
      protocol: readPart('PROTOCOL', 'http/json or http/protobuf', (text) =>
        text === 'http/json' || text === 'http/protobuf' ? text : undefined,
      ),
      compression: readPart('COMPRESSION', 'gzip or none', (text) =>
        text === 'gzip' || text === 'none' ? text : undefined,
      ),
      timeoutMillis: readPart('TIMEOUT', 'a time', (text) => (Number(text) > 0 ? Number(text) : undefined)),
    }
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
