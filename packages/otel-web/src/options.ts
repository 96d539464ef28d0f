import type { Attributes, ContextManager, TextMapPropagator } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Redact } from './export/redact-attributes.ts'

/** What `startTracing` takes; everything but the service's name has a default. */
export interface TracingOptions {
  /** `service.name` of every span. */
  readonly serviceName: string
  /** `service.version`. Default: none. */
  readonly serviceVersion?: string | undefined
  /** `deployment.environment.name`, such as `production`. Default: none. */
  readonly environment?: string | undefined
  /** Attributes of the resource besides the standard ones. Default: none. */
  readonly resourceAttributes?: Attributes | undefined

  /** Where spans are posted as OTLP JSON. Default `/v1/traces` on the page's own origin. */
  readonly endpoint?: string | undefined
  /** Headers of those posts. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Milliseconds that spans are collected before they are sent. Default 1000. */
  readonly batchDelayMillis?: number | undefined
  /** Bytes that may be kept in IndexedDB while nothing can be sent. Default 5,000,000; 0 keeps nothing. */
  readonly maxStoredBytes?: number | undefined
  /** How long they are kept, in milliseconds. Default one day. */
  readonly maxStoredAgeMillis?: number | undefined

  /** Origins besides the page's own that may get the trace headers. Default: none. */
  readonly propagateTo?: readonly string[] | undefined
  /**
   * URLs that get no trace headers although their origin may: strings match the beginning of the URL or of its path.
   * Name your own URLs that redirect to strangers here: a browser takes the headers along. Default: none.
   */
  readonly noPropagate?: readonly (string | RegExp)[] | undefined

  /** A sampler of `OTEL_TRACES_SAMPLER`; it decides for whole sessions. Default `parentbased_always_on`. */
  readonly sampler?: string | undefined
  /** Its argument: the ratio of sessions for `traceidratio`. Default 1. */
  readonly samplerArg?: string | number | undefined
  /** Root spans a minute that are sampled at most. Default 600. */
  readonly maxTracesPerMinute?: number | undefined
  /** Actions at least this long are kept although not sampled. Default 5000. */
  readonly slowMillis?: number | undefined

  /** Runs after the built-in redaction on every attribute; `undefined` takes it out. Default: none. */
  readonly redact?: Redact | undefined
  /** Query parameters whose values are kept in addresses. Default: none. */
  readonly keepQuery?: readonly string[] | undefined
  /** `required`: nothing is recorded, sent or stored before `setConsent(true)`. Default: not asked for. */
  readonly consent?: 'required' | undefined
  /** Whether Do-Not-Track and Global Privacy Control keep tracing off. Default true. */
  readonly respectPrivacySignals?: boolean | undefined

  /** Tell of each trace on the console; a string is its link, `{traceId}` replaced. Default false. */
  readonly debug?: boolean | string | undefined
  /** OpenTelemetry instrumentations of your own; the stock fetch or XHR one replaces ours. Default: none. */
  readonly instrumentations?: readonly Instrumentation[] | undefined
  /** Span processors of your own, e.g. to add attributes on start. Default: none. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** A context manager in place of ours. Default: `AsyncContextManager`. */
  readonly contextManager?: ContextManager | undefined
  /** Default: W3C Trace Context level 2 and baggage. */
  readonly propagator?: TextMapPropagator | undefined
}
