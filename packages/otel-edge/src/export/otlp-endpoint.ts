import { redactUrl, type TraceRequest, VERSION } from '@throughline/otel-shared'
import { isValidHeader } from '../config/http-header.ts'
import { HTTP_URL, parseHttpUrl } from '../config/http-url.ts'
import type { OtlpExportConfig } from '../config/otel-config.ts'
import { DEFAULT_TIMEOUT_MILLIS } from '../limits.ts'
import { warn } from '../platform/otel-api.ts'

/** The address that OTLP requests are posted to, and how they are encoded. */
export interface OtlpEndpoint {
  readonly url: string
  /** The option or variable that `url` came from, and `url`, for warnings. */
  readonly source: string
  readonly headers: Headers
  /** The part of `headers` that describes the body. */
  readonly bodyHeaders: Readonly<Record<string, string>>
  /** Absent when requests are sent as JSON. */
  readonly encodeProtobuf: ProtobufCodec['encode'] | undefined
  /** Absent when responses are read as JSON only. */
  readonly protobuf: ProtobufCodec | undefined
  readonly gzip: boolean
  readonly timeoutMillis: number
}

export interface ProtobufCodec {
  readonly encode: (request: TraceRequest) => Uint8Array
  /** Reads the number of rejected records from a response, whose type can also be JSON. */
  readonly decodeRejectedCount: (body: Uint8Array, contentType: string) => number
}

/** Configuration given in code, which takes precedence over the variables. */
export interface EndpointOptions {
  readonly url?: string | undefined
  /** The name of the option with `url`, for warnings. */
  readonly urlOption: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Encodes requests when the protocol is `http/protobuf`. Default: requests are sent as JSON. */
  readonly protobuf?: ProtobufCodec | undefined
}

/** Creates an endpoint from the `OTEL_*` variables and the options in code. Returns `undefined` without a valid address. */
export function createEndpoint(
  config: OtlpExportConfig,
  { url: urlByCode, urlOption, headers: headersByCode, protobuf }: EndpointOptions,
): OtlpEndpoint | undefined {
  const url = urlByCode ?? config.url
  if (url === undefined) return undefined
  const source = `${urlByCode ? urlOption : config.endpointVariable}=${redactUrl(url)}`
  if (!parseHttpUrl(url)) {
    warn(`${source} is not ${HTTP_URL}`)
    return undefined
  }
  const encode = config.protocol === 'http/protobuf' ? protobuf?.encode : undefined
  // Vercel's Edge Runtime cannot compress: https://edge-runtime.vercel.app/features/available-apis
  const gzip = config.compression !== 'none' && 'CompressionStream' in globalThis
  const bodyHeaders = {
    'content-type': `application/${encode ? 'x-protobuf' : 'json'}`,
    ...(gzip && { 'content-encoding': 'gzip' }),
  }
  // Some firewalls refuse requests without it. https://opentelemetry.io/docs/specs/otel/protocol/exporter/#user-agent
  const headers = new Headers({ 'user-agent': `throughline-edge-js/${VERSION}` })
  const pairs = [config.headers, headersByCode ?? {}, bodyHeaders].flatMap((own) => Object.entries(own))
  for (const [key, value] of pairs) {
    if (isValidHeader(key, value)) headers.set(key, value)
    else warn(`exporter.headers: ${JSON.stringify(key)} is not a valid header`)
  }
  const { timeoutMillis = 0 } = config
  return {
    url,
    source,
    headers,
    bodyHeaders,
    encodeProtobuf: encode,
    protobuf,
    gzip,
    timeoutMillis: timeoutMillis > 0 ? timeoutMillis : DEFAULT_TIMEOUT_MILLIS,
  }
}
