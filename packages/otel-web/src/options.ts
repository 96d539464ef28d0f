import type { Attributes, ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Redact } from './privacy/redact-attributes.ts'

/** Options of `startTracing`. All but `serviceName` are optional. */
export interface TracingOptions {
  /** The resource attribute `service.name`. */
  readonly serviceName: string
  /** The resource attribute `service.version`. Default: none. */
  readonly serviceVersion?: string | undefined
  /** The resource attribute `deployment.environment.name`, such as `production`. Default: none. */
  readonly environment?: string | undefined
  /** Additional resource attributes. Default: none. */
  readonly resourceAttributes?: Attributes | undefined

  /** The URL to which spans are posted as OTLP JSON. Default `/v1/traces` on the origin of the page. */
  readonly endpoint?: string | undefined
  /** Additional headers of these requests. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How long spans are collected before they are sent, in milliseconds. Default 1000. */
  readonly batchDelayMillis?: number | undefined
  /** How many bytes of unsent spans may be stored in IndexedDB. Default 5,000,000; 0 stores nothing. */
  readonly maxStoredBytes?: number | undefined
  /** How long unsent spans are stored, in milliseconds. Default one day. */
  readonly maxStoredAgeMillis?: number | undefined

  /** Origins, besides the page's own, whose requests get trace headers. Default: none. */
  readonly propagateTo?: readonly string[] | undefined
  /**
   * URLs whose requests get no trace headers although their origin is permitted. A string matches the beginning of the
   * URL or of its path. Default: none.
   *
   * List your own URLs that redirect to other origins: the browser sends the headers to the target of the redirect,
   * too.
   */
  readonly noPropagate?: readonly (string | RegExp)[] | undefined

  /**
   * Whether `user.id` and `user.hash` are sent as baggage to the page's own origin, like `session.id`. Default false.
   */
  readonly propagateUser?: boolean | undefined

  /** A sampler of `OTEL_TRACES_SAMPLER`. Its decision holds for a whole session. Default `parentbased_always_on`. */
  readonly sampler?: string | undefined
  /**
   * The argument of the sampler, as in `OTEL_TRACES_SAMPLER_ARG`: the ratio of sessions for `traceidratio`. Default 1.
   */
  readonly samplerArg?: string | number | undefined
  /** The maximum number of sampled root spans per minute. Default 600. */
  readonly maxTracesPerMinute?: number | undefined
  /** An unsampled action that takes at least this many milliseconds is exported, too. Default 5000. */
  readonly slowMillis?: number | undefined

  /**
   * Called for every attribute after the built-in redaction. Returning `undefined` removes the attribute. Default:
   * none.
   */
  readonly redact?: Redact | undefined
  /** Query parameters whose values are not redacted in URLs. Default: none. */
  readonly keepQuery?: readonly string[] | undefined
  /**
   * With `required`, nothing is recorded, sent or stored before `setConsent(true)`. Default: consent is not required.
   */
  readonly consent?: 'required' | undefined
  /** Whether Do Not Track and Global Privacy Control turn tracing off. Default true. */
  readonly respectPrivacySignals?: boolean | undefined

  /**
   * Prints a link to each trace on the console. A string is used as the link, with `{traceId}` replaced. Default false.
   */
  readonly debug?: boolean | string | undefined
  /**
   * Additional OpenTelemetry instrumentations. OpenTelemetry's own for fetch or XHR replaces the built-in one. Default:
   * none.
   */
  readonly instrumentations?: readonly PageInstrumentation[] | undefined
  /** Additional span processors, for instance to set attributes when a span starts. Default: none. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** The context manager. Default: an `AsyncContextManager`. */
  readonly contextManager?: ContextManager | undefined
  /** The propagator. Default: W3C Trace Context level 2 and baggage. */
  readonly propagator?: TextMapPropagator | undefined
}

/**
 * The methods of an OpenTelemetry `Instrumentation` that `startTracing` calls. Every instrumentation for browsers has
 * them. The interface in `@opentelemetry/instrumentation` is not used because it depends on Node's types.
 */
export interface PageInstrumentation {
  readonly instrumentationName: string
  setTracerProvider(tracerProvider: TracerProvider): void
  enable(): void
  disable(): void
}
