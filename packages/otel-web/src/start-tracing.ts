import { type Context, type ContextManager, trace } from '@opentelemetry/api'
import { redactUrl, toKeyValues, W3CPropagator } from '@throughline/otel-shared'
import { getAction } from './actions/action.ts'
import { ActionTracker, type TraceInfo } from './actions/action-tracker.ts'
import { type ActionHandle, runAction } from './actions/manual-action.ts'
import { trackPendingTimers } from './actions/pending-timers.ts'
import { reparentExpired } from './actions/reparent.ts'
import { listenForUserActions } from './actions/user-events.ts'
import { TraceClock } from './clock.ts'
import { ClockOffset } from './clock-offset.ts'
import { AsyncContextManager } from './context/async-context-manager.ts'
import { Delivery, type DeliveryHealth } from './export/delivery.ts'
import { SpanQueue } from './export/span-queue.ts'
import { traceFetch } from './http/fetch.ts'
import type { HttpParts } from './http/http-call.ts'
import { createPropagationPolicy } from './http/propagation-policy.ts'
import { ResourceTimings } from './http/resource-timings.ts'
import { traceXhr } from './http/xhr.ts'
import type { HandOver } from './loader/hand-over.ts'
import { adoptEarlyWork, stopLoader } from './loader/take-over.ts'
import type { TracingOptions } from './options.ts'
import { readHtmlTrace } from './page/html-trace.ts'
import { onLeave } from './page/lifecycle.ts'
import { startPageLoad } from './page/page-load.ts'
import { capturePageGlobals } from './page-globals.ts'
import { PageIds } from './page-ids.ts'
import { PageTracerProvider } from './page-tracer-provider.ts'
import { createResource } from './resource.ts'
import { PageSampler } from './session/page-sampler.ts'
import { VERSION } from './version.ts'

/** The running SDK. */
export interface Tracing {
  /**
   * Runs `fn` as an action of its own and returns what it returns. Requests and spans it causes are its children,
   * however many awaits later; plain `@opentelemetry/api` works inside.
   */
  action<T>(name: string, fn: (action: ActionHandle) => T): T
  /** Tells each root span that will be exported when it ends. Returns the unsubscribe function. */
  onTrace(callback: (trace: TraceInfo) => void): () => void
  /** Sends what waits; resolves when it is sent or has failed. */
  flush(): Promise<void>
  /** What was sent, what waits, what was dropped and why. */
  health(): DeliveryHealth
  /** Ends everything open, sends it, and puts every patched global back. */
  shutdown(): Promise<void>
}

/**
 * Starts tracing in this page: user actions become root spans, requests their children.
 *
 * @example
 * const tracing = startTracing({ serviceName: 'shop-web' })
 * await tracing.action('checkout', () => fetch('/api/orders', { method: 'POST' }))
 */
export function startTracing(options: TracingOptions): Tracing {
  return startTracingAfter(options, undefined)
}

/** The same, after a loader that has already given out ids. */
export function startTracingAfter(options: TracingOptions, early: HandOver | undefined): Tracing {
  if (early) stopLoader(early)
  const globals = capturePageGlobals()
  const contexts: ContextManager = options.contextManager ?? new AsyncContextManager()
  const propagator = options.propagator ?? new W3CPropagator()
  const clock = new TraceClock()
  const ids = new PageIds()
  const timings = new ResourceTimings()
  const listeners = new Set<(trace: TraceInfo) => void>()
  const resource = createResource(options)
  const endpoint = new URL(options.endpoint ?? '/v1/traces', document.baseURI).href

  const actions = new ActionTracker({
    clock,
    globals,
    ids,
    contexts,
    tracer: () => tracer,
    onEnd: ({ span, name }) => {
      const { traceId } = span.spanContext()
      for (const listener of listeners) listener({ traceId, name })
    },
  })
  const delivery = new Delivery(
    { endpoint, headers: options.headers ?? {}, globals },
    JSON.stringify({ attributes: toKeyValues(resource.attributes) }),
  )
  const batchDelayMillis = options.batchDelayMillis ?? 1000
  let flushTimer: number | undefined
  const queue = new SpanQueue({
    clock,
    endsItself: (span) => actions.isAction(span),
    redact: () => {},
    onQueued: () => {
      if (flushTimer === undefined) flushTimer = globals.setTimeout(() => void flush(), batchDelayMillis)
    },
  })
  const flush = (): Promise<void> => {
    flushTimer = undefined
    timings.takeRecords()
    delivery.add(queue.takeEnded())
    return delivery.flush()
  }
  const provider = new PageTracerProvider(
    {
      resource,
      idGenerator: ids,
      sampler: new PageSampler(() => early?.sampled_ !== 0),
      spanProcessors: [...(options.spanProcessors ?? []), actions, queue],
    },
    clock,
    contexts,
    reparentExpired,
  )
  const tracer = provider.getTracer('@throughline/otel-web', VERSION)

  const html = readHtmlTrace()
  const pageLoad = startPageLoad({ actions, html, traceId: early?.traceId_ })
  const http: HttpParts = {
    tracer,
    // What a page does on its own until it is loaded is the work of loading it.
    contexts: {
      active: () => {
        const active = contexts.active()
        if (document.readyState === 'complete' || getAction(active) || trace.getSpan(active)) return active
        enterContext(contexts, pageLoad.context)
        return pageLoad.context
      },
    },
    propagator,
    clock,
    clockOffset: new ClockOffset(clock),
    timings,
    verdictOf: createPropagationPolicy(options, location.origin),
    ignores: (url) => url.href === endpoint,
    redactUrl,
    onTiming: () => {},
  }
  // Each patch lies over those before it; the context manager's lie on top, so that what ours derive from the page's
  // promises still keeps the page's context.
  const fetching = traceFetch(http)
  if (early) adoptEarlyWork(early, { http, fetching, actions, ids, pageLoad })
  timings.enable()
  const stops = [
    () => fetching.stop(),
    traceXhr(http),
    trackPendingTimers(() => actions.active()),
    listenForUserActions({
      start: (type, name, startMillis) => actions.start({ type, name, startMillis }),
      active: () => actions.active(),
      enter: (action) => enterContext(contexts, action.context),
    }),
    onLeave((reason) => {
      actions.finishAll(reason)
      timings.takeRecords()
      delivery.add(queue.takeEnded())
      delivery.add(queue.takeOpen())
      delivery.flushLeaving()
    }),
    listenOnline(() => delivery.retryNow()),
  ]
  provider.register({ contextManager: contexts, propagator })

  return {
    action: (name, fn) =>
      runAction(contexts, actions.start({ name, type: 'custom', parent: contexts.active() }), fn),
    onTrace(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
    flush,
    health: () => delivery.health(),
    async shutdown() {
      contexts.disable()
      for (const stop of stops.reverse()) stop()
      actions.finishAll('ended')
      delivery.add(queue.takeOpen())
      await flush()
      timings.disable()
      await provider.shutdown()
    },
  }
}

function enterContext(contexts: ContextManager, context: Context): void {
  if ('enter' in contexts && typeof contexts.enter === 'function') contexts.enter(context)
}

function listenOnline(callback: () => void): () => void {
  window.addEventListener('online', callback)
  return () => window.removeEventListener('online', callback)
}
