import type { Attributes } from '@opentelemetry/api'
import type { Trust } from '@throughline/otel-shared'

/** How a worker is traced. Every field is optional; what is not set here comes from the worker's `OTEL_*` variables. */
export interface EdgeOptions {
  /** `service.name`. Default: OTEL_SERVICE_NAME, else `unknown_service`. */
  readonly serviceName?: string
  /** `service.version`. Default: from OTEL_RESOURCE_ATTRIBUTES. */
  readonly serviceVersion?: string
  /** More resource attributes; they win over OTEL_RESOURCE_ATTRIBUTES. */
  readonly resourceAttributes?: Attributes
  /** Whose trace context is continued. Default: `'same-origin'`; Durable Objects and RPC are always internal. */
  readonly trust?: Trust
  /**
   * Names of queue bindings whose messages get the envelope that carries the context. Only for queues whose
   * consumers are traced by this package. Default: none.
   */
  readonly queues?: readonly string[]
  /**
   * Names of bindings (service, Durable Object) whose RPC calls carry the context in a hidden last argument. Only
   * for callees wrapped by `instrumentEntrypoint` or `instrumentDurableObject`. Default: none.
   */
  readonly rpc?: readonly string[]
  /** Origins that outgoing requests carry the context to, or `'all'`. Service bindings always do. Default: `'all'`. */
  readonly propagateTo?: 'all' | readonly string[]
  /** Names of query parameters whose values may be recorded. Default: none. */
  readonly keepQuery?: readonly string[]
  /** Names of headers that are recorded, of requests served and sent; secrets in their values are redacted. Default: none. */
  readonly captureHeaders?: {
    readonly request?: readonly string[]
    readonly response?: readonly string[]
  }
  /** Where and how spans are sent. */
  readonly exporter?: ExporterOptions
  /** `OTEL_TRACES_SAMPLER` and `_ARG` by code. */
  readonly sampler?: SamplerOptions
  /** Export failed and slow requests although they are not sampled, marked `throughline.kept`. Default: neither. */
  readonly keep?: KeepOptions
  /** What becomes of `logger`'s lines, and of the console's after `traceConsole()`. */
  readonly logs?: {
    /** Also send them to the collector, as OTLP log records. Default: false. */
    readonly otlp?: boolean
  }
  /** Also answer with a `trace-id` header. Default: false. */
  readonly traceIdHeader?: boolean
  /** Origins that may read our timing headers (`Timing-Allow-Origin`), or `'*'`. Default: `'*'`. */
  readonly timingAllowOrigin?: '*' | readonly string[]
  /** Unix time in milliseconds. For tests; the default is the runtime's clock, which moves on I/O only. */
  readonly now?: () => number
}

export interface ExporterOptions {
  /** Full address traces are posted to. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocol?: 'http/json' | 'http/protobuf'
  readonly compression?: 'gzip' | 'none'
  /** How long one POST may take. Default: 10,000. */
  readonly timeoutMillis?: number
  /** How long spans of an isolate are gathered before they leave in one POST. Default: 500. */
  readonly windowMillis?: number
  /** Name of a queue binding that takes what could not be delivered in time. Default: none. */
  readonly overflowQueue?: string
}

export interface SamplerOptions {
  /** One of the standard names. Default: `parentbased_always_on`. */
  readonly name?: string
  /** 0 to 1, for the ratio samplers. */
  readonly ratio?: number
  /** Ratios for new traces by path; the first that matches counts. A string matches itself, with `*` for any rest. */
  readonly rules?: readonly SamplingRule[]
  /**
   * Traces sampled in a second and isolate, at most: new ones, and at the public door those that a page says are
   * sampled. Default: no limit.
   */
  readonly maxPerSecond?: number
}

export interface SamplingRule {
  readonly path: string | RegExp
  /** 0 to 1. */
  readonly ratio: number
}

/** What is exported although the sampler said no. Spans are then recorded for every request, which costs. */
export interface KeepOptions {
  /** Requests that fail: 5xx, or an error thrown. Default: false. */
  readonly errors?: boolean
  /** Requests that take at least this long. Default: no limit. */
  readonly slowMillis?: number
}
