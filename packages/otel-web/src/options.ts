import type { Attributes, ContextManager, TextMapPropagator } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** What `startTracing` takes; everything but the service's name has a default. */
export interface TracingOptions {
  /** `service.name` of every span. */
  readonly serviceName: string
  /** `service.version`. Default: none. */
  readonly serviceVersion?: string | undefined
  /** `deployment.environment.name`, such as `production`. Default: none. */
  readonly environment?: string | undefined
  /** Where spans are posted as OTLP JSON. Default `/v1/traces` on the page's own origin. */
  readonly endpoint?: string | undefined
  /** Headers of those posts. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Origins besides the page's own that may get the trace headers. Default: none. */
  readonly propagateTo?: readonly string[] | undefined
  /**
   * URLs that get no trace headers although their origin may: strings match the beginning of the URL or of its path.
   * Name your own URLs that redirect to strangers here: a browser takes the headers along. Default: none.
   */
  readonly noPropagate?: readonly (string | RegExp)[] | undefined
  /** Milliseconds that spans are collected before they are sent. Default 1000. */
  readonly batchDelayMillis?: number | undefined
  /** Attributes of every span's resource besides the standard ones. Default: none. */
  readonly resourceAttributes?: Attributes | undefined
  /** OpenTelemetry instrumentations of your own; the stock fetch or XHR one replaces ours. Default: none. */
  readonly instrumentations?: readonly Instrumentation[] | undefined
  /** Span processors of your own, e.g. to add attributes on start. Default: none. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** A context manager in place of ours. Default: `AsyncContextManager`. */
  readonly contextManager?: ContextManager | undefined
  /** Default: W3C Trace Context level 2 and baggage. */
  readonly propagator?: TextMapPropagator | undefined
}
