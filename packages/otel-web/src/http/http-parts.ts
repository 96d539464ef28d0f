import type { Context, Span, TextMapPropagator } from '@opentelemetry/api'
import type { TraceClock } from '../core/clock.ts'
import type { ClockOffset } from '../core/clock-offset.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import type { BodyWatcher } from './body-end.ts'
import type { HttpSpanParts } from './http-span.ts'
import type { PropagationDecision } from './propagation-policy.ts'
import type { ResourceTimings } from './resource-timings.ts'
import type { XhrCalls } from './xhr-calls.ts'

/** The dependencies of all HTTP instrumentations. */
export interface HttpParts extends HttpSpanParts {
  /** The context to use as the parent of a request. */
  readonly activeContext: () => Context
  readonly propagator: TextMapPropagator
  readonly clock: TraceClock
  readonly clockOffset: ClockOffset
  readonly timings: ResourceTimings
  readonly bodies: BodyWatcher
  readonly xhrCalls: XhrCalls
  readonly globals: PageGlobals
  readonly decisionFor: (url: URL) => PropagationDecision
  /** True for exports of telemetry, by this SDK or another. They are not requests of the page. */
  readonly ignores: (method: string, url: URL) => boolean
  readonly queue: {
    /** Stores the resource timing of a span until the span is exported. */
    addTiming(span: Span, timing: PerformanceResourceTiming): void
  }
  readonly actions: {
    /** Remembers the context of a failed request. */
    noteError(error: unknown, context: Context): void
  }
  /** Called with a URL and an `init` with the body, before the span of a `fetch` or a `send()` starts. Set by the extras. */
  onSend?: ((args: readonly unknown[]) => void) | undefined
  /** Called for every request without trace headers. Set by the debug console. */
  onNotSent?: ((url: URL, decision: PropagationDecision) => void) | undefined
}
