/** The export configuration of one signal. An optional field is absent when no variable sets it. */
export interface OtlpExportConfig {
  /** The full address of the receiver. */
  readonly url?: string | undefined
  /** The name of the variable that sets the endpoint. It is present even if the value is invalid and `url` is absent. */
  readonly endpointVariable?: string | undefined
  /** The header values by lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly protocol?: 'http/json' | 'http/protobuf' | undefined
  readonly compression?: 'gzip' | 'none' | undefined
  readonly timeoutMillis?: number | undefined
  /** Set when `OTEL_<SIGNAL>_EXPORTER` is `none`. */
  readonly isOff?: true | undefined
}

/** https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits */
export interface SpanLimits {
  /** The maximum length of a string value, in UTF-16 code units. */
  readonly valueLength: number
  readonly attributes: number
  readonly events: number
  readonly links: number
  readonly eventAttributes: number
  readonly linkAttributes: number
}

/** The parsed values of the standard `OTEL_*` variables. An optional field is absent when its variable is not set. */
export interface OtelConfig {
  readonly disabled: boolean
  readonly serviceName?: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly traces: OtlpExportConfig
  readonly logs: OtlpExportConfig
  /** Supported names without duplicates, or `none` alone. */
  readonly propagators?: readonly string[] | undefined
  /** A supported name in lower case. */
  readonly sampler?: string | undefined
  /** The ratio of a `traceidratio` sampler: a number from 0 to 1, as text. */
  readonly samplerArg?: string | undefined
  /** The methods that `http.request.method` records. Default: those of the semantic conventions. */
  readonly knownMethods?: readonly string[] | undefined
  /** Only the limits that a variable sets. */
  readonly spanLimits: Partial<SpanLimits>
}
