import { type Context, type ContextManager, type Tracer, trace } from '@opentelemetry/api'
import { redactUrl } from '@throughline/otel-shared'
import { getAction } from './actions/action.ts'
import type { ActionTracker } from './actions/action-tracker.ts'
import type { PageLoad } from './actions/page-load.ts'
import { possibleCauses } from './context/callbacks/shared-callbacks.ts'
import type { TraceClock } from './core/clock.ts'
import { ClockOffset } from './core/clock-offset.ts'
import { PagePropagator, type PropagatorHooks } from './core/page-propagator.ts'
import type { SpanQueue } from './export/span-queue.ts'
import { BodyWatcher } from './http/body-end.ts'
import type { HttpParts } from './http/http-parts.ts'
import { createPropagationPolicy } from './http/propagation-policy.ts'
import type { ResourceTimings } from './http/resource-timings.ts'
import { XhrCalls } from './http/xhr-calls.ts'
import type { TracingOptions } from './options.ts'
import type { PageGlobals } from './platform/page-globals.ts'
import type { Recording } from './session/recording.ts'

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
const OTLP_PATH = /\/v1\/(?:traces|metrics|logs)$/

/** The dependencies of {@link createPageHttp}; the page SDK implements them. */
export interface PageHttpParts {
  readonly options: TracingOptions
  readonly endpoint: string
  readonly globals: PageGlobals
  readonly clock: TraceClock
  readonly recordingState: Recording
  readonly actions: ActionTracker
  readonly pageLoad: PageLoad
  readonly exporter: { readonly queue: SpanQueue }
  readonly tracer: Tracer
  readonly timings: ResourceTimings
  readonly pageContexts: ContextManager
  readonly hooks: PropagatorHooks
  enter(context: Context): void
}

/** Creates the dependencies that all HTTP instrumentations share. */
export function createPageHttp(sdk: PageHttpParts): HttpParts {
  const { options, endpoint, globals, clock, recordingState, actions, pageLoad, exporter } = sdk
  const decisionFor = createPropagationPolicy(options, window.origin === 'null' ? '' : location.origin)
  return {
    tracer: sdk.tracer,
    activeContext() {
      const active = sdk.pageContexts.active()
      const isOfOthers = possibleCauses(active)?.some((cause) => getAction(cause) !== pageLoad.action)
      if (!pageLoad.owns() || getAction(active) || trace.getSpan(active) || isOfOthers) return active
      // Until the page load has ended, work without an action belongs to it.
      sdk.enter(pageLoad.action.context)
      return pageLoad.action.context
    },
    propagator: options.propagator ?? new PagePropagator(sdk.hooks),
    clock,
    clockOffset: new ClockOffset(clock),
    timings: sdk.timings,
    bodies: new BodyWatcher(),
    xhrCalls: new XhrCalls(),
    decisionFor: (url) => (recordingState.isOn() ? decisionFor(url) : 'not recording'),
    ignores: (method, { href, pathname }) =>
      href === endpoint || (/^post$/i.test(method) && OTLP_PATH.test(pathname)),
    redactUrl: (url) => redactUrl(url, { keepQuery: options.keepQuery ?? [] }),
    queue: exporter.queue,
    actions,
    globals,
  }
}
