import {
  type Context,
  type ContextManager,
  defaultTextMapSetter,
  type Span,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { TraceClock } from '../clock.ts'
import type { ClockOffset } from '../clock-offset.ts'
import { endHttpSpan, recordStatus, startHttpSpan } from './http-span.ts'
import type { PropagationVerdict } from './propagation-policy.ts'
import { type ResourceTimings, withoutFragment } from './resource-timings.ts'

export interface HttpParts {
  readonly tracer: Tracer
  /** The context a request is made in. */
  readonly contexts: Pick<ContextManager, 'active'>
  readonly propagator: TextMapPropagator
  readonly clock: TraceClock
  readonly clockOffset: ClockOffset
  readonly timings: ResourceTimings
  /** Calls back after a while, as no action's work, unless the function it returns is called before. */
  readonly later: (callback: () => void, delayMillis: number) => () => void
  readonly verdictOf: (url: URL) => PropagationVerdict
  /** True for requests that are none of the page's, such as our own. */
  readonly ignores: (url: URL) => boolean
  readonly redactUrl: (url: string) => string
  /** Keeps the resource timing of a span until it is exported. */
  readonly onTiming: (span: Span, timing: PerformanceResourceTiming) => void
  /** Told of every request that failed, and of where it was made. */
  readonly onError: (error: unknown, context: Context) => void
  /** Told of headers that were not sent. */
  readonly onNotSent?: ((url: URL, verdict: PropagationVerdict) => void) | undefined
}

/** One request, by whatever API, and its span. All times are `performance.now()` values. */
export interface HttpCall {
  readonly span: Span
  readonly startMillis: number
  /** The headers that the request may carry; none for strangers. */
  readonly headers: Readonly<Record<string, string>>
  /** The platform has taken the request. */
  started(): void
  /** The answer's headers are there. */
  answered(status: number, atMillis?: number): void
  /** The body is there, or nothing will come any more; only the first call counts. */
  end(atMillis: number, error?: unknown): void
}

/** What is known of a request that was made before the SDK was there. */
export interface EarlyCall {
  readonly startMillis: number
  readonly context: Context
}

/** Starts the span of a request, which `signal` may abort, unless the request is none of ours. */
export function startHttpCall(
  parts: HttpParts,
  method: string,
  url: URL,
  early?: EarlyCall,
  signal?: AbortSignal | null,
): HttpCall | undefined {
  const verdict = parts.verdictOf(url)
  if (verdict === 'not http' || verdict === 'not recording' || parts.ignores(url)) return undefined
  const { clock, propagator, timings } = parts
  const context = early?.context ?? parts.contexts.active()
  const startMillis = early?.startMillis ?? performance.now()
  const startTime = early ? clock.at(trace.getSpanContext(context)?.traceId, startMillis) : undefined
  const span = startHttpSpan(parts.tracer, method, url, parts.redactUrl, context, startTime)
  const headers: Record<string, string> = {}
  if (verdict === 'sent') propagator.inject(trace.setSpan(context, span), headers, defaultTextMapSetter)
  else parts.onNotSent?.(url, verdict)

  const zero = clock.zero()
  let answeredMillis: number | undefined
  let ended = false
  const timed = {
    url: withoutFragment(url.href),
    startMillis,
    startedMillis: early ? startMillis + 20 : Number.POSITIVE_INFINITY,
    untold: 0,
    onTiming: (timing: PerformanceResourceTiming) => {
      parts.onTiming(span, timing)
      // Only what came over the network just now, from whom the trace was sent to: other answers say when a cache or
      // a service worker got them, or what a stranger likes.
      if (verdict === 'sent' && timing.workerStart === 0 && timing.transferSize > timing.encodedBodySize) {
        const { serverTiming, responseEnd } = timing
        parts.clockOffset.observe(serverTiming, zero, startMillis, answeredMillis ?? responseEnd)
      }
    },
    onOver: (endMillis: number) => {
      // What nobody reads has ended when its last byte was there. Without an answer the request itself will tell.
      if (answeredMillis !== undefined && endMillis > 0) end(endMillis)
    },
  }
  timings.wait(timed)
  const end = (atMillis: number, error?: unknown) => {
    if (ended) return
    ended = true
    if (error !== undefined) parts.onError(error, context)
    endHttpSpan(span, clock.at(span.spanContext().traceId, atMillis), error, signal?.reason)
  }
  return {
    span,
    startMillis,
    headers,
    started() {
      timed.startedMillis = performance.now()
    },
    answered(status, atMillis = performance.now()) {
      answeredMillis = atMillis
      recordStatus(span, status)
    },
    end,
  }
}
