import type { Attributes } from '@opentelemetry/api'
import type { Trust } from './config/trust.ts'

/** The configuration of tracing. Every field is optional, and takes precedence over the worker's `OTEL_*` variables. */
export interface EdgeOptions {
  /** `service.name`. Default: OTEL_SERVICE_NAME, else `unknown_service`. */
  readonly serviceName?: string
  /** `service.version`. Default: from OTEL_RESOURCE_ATTRIBUTES. */
  readonly serviceVersion?: string
  /** Resource attributes, which take precedence over OTEL_RESOURCE_ATTRIBUTES. Default: none. */
  readonly resourceAttributes?: Attributes
  /**
   * The callers whose trace is continued: `'same-origin'` (pages of the same origin or site), `'internal'` (a worker that only
   * bindings reach), `'all'`, or a list of origins. Durable Objects and RPC are always internal. Default: `'same-origin'`.
   */
  readonly trust?: Trust
  /**
   * Names of queue bindings whose messages carry the context in an envelope. Only for queues whose consumers are traced by
   * this package. Default: none.
   */
  readonly queues?: readonly string[]
  /**
   * Names of bindings whose calls carry the context: RPC calls of services and Durable Objects in a hidden last
   * argument, new Workflow instances in an envelope around their parameters. Only for callees wrapped by
   * `instrumentEntrypoint`, `instrumentDurableObject` or `instrumentWorkflow`. Default: none.
   */
  readonly propagateBindings?: readonly string[]
  /** @deprecated The former name of `propagateBindings`, which takes precedence. */
  readonly rpc?: readonly string[]
  /** Origins that get the context in outgoing requests. Service bindings always get it. Default: `'all'`. */
  readonly propagateTo?: 'all' | readonly string[]
  /** Names of query parameters whose values may be recorded. Default: none. */
  readonly keepQuery?: readonly string[]
  /**
   * Names of headers that are recorded, with secrets redacted: of incoming and outgoing requests, and of their responses.
   * Default: none.
   */
  readonly captureHeaders?: {
    readonly request?: readonly string[]
    readonly response?: readonly string[]
  }
  /** The endpoint of the spans, and how they are sent. Default: the variables OTEL_EXPORTER_OTLP_*. */
  readonly exporter?: ExporterOptions
  /** The sampler. Default: OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. */
  readonly sampler?: SamplerOptions
  /** Exports failed and slow requests that are not sampled, with the attribute `throughline.kept`. Default: neither. */
  readonly keep?: KeepOptions
  /** What happens to the lines of `logger`, and of the console after `traceConsole()`. Default: they are not exported. */
  readonly logs?: {
    /** Whether they are exported as OTLP log records too. Default: false. */
    readonly otlp?: boolean
  }
  /** Adds a `trace-id` header to responses. Default: false. */
  readonly traceIdHeader?: boolean
  /**
   * Origins whose pages can read the timing of their requests (`Timing-Allow-Origin`: phases, sizes, the trace id). The
   * header is set on responses to CORS requests of these origins only. Default: none.
   */
  readonly timingAllowOrigin?: readonly string[]
  /** Unix time in milliseconds, for tests. Default: the clock of the runtime, which advances on I/O only. */
  readonly now?: () => number
}

/** Where spans are exported to, and how. */
export interface ExporterOptions {
  /** The full address for traces. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
  /** Headers of the export requests. Default: OTEL_EXPORTER_OTLP_HEADERS. */
  readonly headers?: Readonly<Record<string, string>>
  /** The encoding of the spans. Default: OTEL_EXPORTER_OTLP_PROTOCOL, else JSON. */
  readonly protocol?: 'http/json' | 'http/protobuf'
  /** The compression of the export requests. Default: OTEL_EXPORTER_OTLP_COMPRESSION, else `gzip`. */
  readonly compression?: 'gzip' | 'none'
  /** How long one POST may take, in milliseconds. Default: OTEL_EXPORTER_OTLP_TIMEOUT, else 10,000. */
  readonly timeoutMillis?: number
  /** How long the spans of an isolate are collected before they are sent in one POST, in milliseconds. Default: 500. */
  readonly batchDelayMillis?: number
  /** @deprecated The former name of `batchDelayMillis`, which takes precedence. */
  readonly windowMillis?: number
  /** Name of a queue binding for spans that could not be delivered in time. Default: none. */
  readonly overflowQueue?: string
}

/** Which traces are sampled. */
export interface SamplerOptions {
  /** A sampler of OTEL_TRACES_SAMPLER, such as `traceidratio`. Default: that variable, else `parentbased_always_on`. */
  readonly name?: string
  /** The ratio of a ratio sampler, from 0 to 1. Default: OTEL_TRACES_SAMPLER_ARG, else 1. */
  readonly ratio?: number
  /** Ratios for new traces by path. The first match is used. A string that ends in `*` matches a prefix. Default: none. */
  readonly rules?: readonly SamplingRule[]
  /**
   * The maximum number of traces that are sampled per second and isolate: new ones, and those that a public caller marks as
   * sampled. Default: no limit.
   */
  readonly maxPerSecond?: number
  /**
   * The maximum number of traces per second and isolate that a public caller (`trust` is neither `'internal'` nor `'all'`)
   * can force by a sampled flag, when the sampler does not record everything. `Sec-Fetch-Site` is no proof of a browser,
   * since any client can send it. Default: 10.
   */
  readonly maxForcedPerSecond?: number
}

/** The ratio of the new traces of some paths. */
export interface SamplingRule {
  /** The path of the URL. A string that ends in `*` matches a prefix. */
  readonly path: string | RegExp
  /** The ratio, from 0 to 1. */
  readonly ratio: number
}

/** Unsampled requests that are exported. The spans of every request are recorded then, which takes time and memory. */
export interface KeepOptions {
  /** Requests that fail: status 5xx, or a thrown error. Default: false. */
  readonly errors?: boolean
  /** Requests that take at least this many milliseconds. Default: no limit. */
  readonly slowMillis?: number
}
