import { type Context, type ContextManager, trace } from '@opentelemetry/api'
import { redactUrl, W3CPropagator } from '@throughline/otel-shared'
import { getAction } from './actions/action.ts'
import { ActionTracker, type TraceInfo } from './actions/action-tracker.ts'
import { runAction } from './actions/manual-action.ts'
import { trackPendingTimers } from './actions/pending-timers.ts'
import { createRageClicks } from './actions/rage-clicks.ts'
import { reparentExpired } from './actions/reparent.ts'
import { type Gesture, listenForUserActions } from './actions/user-events.ts'
import { TraceClock } from './clock.ts'
import { ClockOffset } from './clock-offset.ts'
import { AsyncContextManager } from './context/async-context-manager.ts'
import { createRejectionMarks } from './context/rejection-marks.ts'
import { createPipeline } from './export/pipeline.ts'
import type { Extras, RunningExtras } from './extras/index.ts'
import { guarded } from './guarded.ts'
import { traceConnections } from './http/connections.ts'
import { traceFetch } from './http/fetch.ts'
import type { HttpParts } from './http/http-call.ts'
import { createPropagationPolicy } from './http/propagation-policy.ts'
import { ResourceTimings } from './http/resource-timings.ts'
import { traceXhr } from './http/xhr.ts'
import type { HandOver } from './loader/hand-over.ts'
import { adoptEarlyWork, stopLoader } from './loader/take-over.ts'
import type { TracingOptions } from './options.ts'
import { recordErrors } from './page/errors.ts'
import { readHtmlTrace } from './page/html-trace.ts'
import { takeLeaveLink } from './page/leave-link.ts'
import { onLeave } from './page/lifecycle.ts'
import { trackNavigations } from './page/navigations.ts'
import { startPageLoad } from './page/page-load.ts'
import { capturePageGlobals } from './page-globals.ts'
import { PageIds } from './page-ids.ts'
import { PageTracerProvider } from './page-tracer-provider.ts'
import { createResource } from './resource.ts'
import { PageSampler } from './session/page-sampler.ts'
import { createRecording } from './session/recording.ts'
import type { Tracing } from './tracing.ts'
import { VERSION } from './version.ts'

const EXTRAS_DELAY_MILLIS = 500

/** How `startTracing` is run by the script tag and by an import. */
export interface RunOptions {
  readonly loadExtras: () => Promise<Extras>
  /** What a loader has already begun. */
  readonly early?: HandOver | undefined
}

/** A context manager, and what only ours can do. */
interface PageContexts extends ContextManager {
  enter?(context: Context, event?: Event): void
}

/** Puts the parts together. */
export function runTracing(options: TracingOptions, { loadExtras, early }: RunOptions): Tracing {
  if (early) stopLoader(early)
  const globals = capturePageGlobals()
  const marks = createRejectionMarks()
  const contexts: PageContexts =
    options.contextManager ??
    new AsyncContextManager({
      onRun: marks.ran,
      onError: (error, context) => actions.noteError(error, context),
    })
  const propagator = options.propagator ?? new W3CPropagator()
  const clock = new TraceClock()
  const ids = new PageIds()
  const timings = new ResourceTimings()
  const listeners = new Set<(trace: TraceInfo) => void>()
  const resource = createResource(options)
  const { origin } = location
  // Not by the base address, that can be another origin's; nor by `window.origin`, a page may have a variable of that name,
  // except in a frame of `srcdoc`, which has it from its parent.
  const endpoint = new URL(
    options.endpoint ?? `${origin === 'null' ? window.origin : origin}/v1/traces`,
    document.baseURI,
  ).href
  const recording = createRecording(options, early && early.sampled_ === '01')
  const { session } = recording
  let extras: RunningExtras | undefined
  let isOver = false
  // What the loader gave flags to keeps them, though the session they are of has ended.
  let sampleRoot = early ? () => early.sampled_ === '01' : recording.sampleRoot

  const actions = new ActionTracker({
    clock,
    globals,
    ids,
    contexts,
    tracer: () => tracer,
    onEnd: (action) => {
      if (!action.isExported || !recording.isOn()) return
      const told = { traceId: action.span.spanContext().traceId, name: action.name }
      for (const listener of listeners) guarded(() => listener(told))
      extras?.debug?.onTrace(told)
    },
  })
  const pipeline = createPipeline({
    options,
    endpoint,
    resource,
    globals,
    clock,
    isAction: (span) => actions.isAction(span),
    isRecording: recording.isOn,
    sessionId: () => session.id,
    beforeFlush: () => timings.takeRecords(),
    onGone: () => {
      recording.kill()
      void tracing.shutdown()
    },
  })
  const provider = new PageTracerProvider(
    {
      resource,
      idGenerator: ids,
      sampler: new PageSampler(recording.isOn, () => sampleRoot()),
      spanProcessors: [...(options.spanProcessors ?? []), actions, pipeline.queue],
    },
    clock,
    contexts,
    reparentExpired,
    pipeline.flush,
  )
  const tracer = provider.getTracer('@throughline/otel-web', VERSION)

  const html = readHtmlTrace()
  const pageLoad = startPageLoad({
    actions,
    // The loader decided at its time; what it gave out stands.
    html: early && html?.traceId !== early.traceId_ ? undefined : html,
    early,
    links: takeLeaveLink(),
  })
  const enter = (context: Context, event?: Event) => contexts.enter?.(context, event)
  const gesture: Gesture = { action: undefined }
  const verdictOf = createPropagationPolicy(options, window.origin === 'null' ? '' : origin)
  const http: HttpParts = {
    tracer,
    // What a page does on its own until it is loaded is the work of loading it.
    contexts: {
      active: () => {
        const active = contexts.active()
        if (document.readyState === 'complete' || getAction(active) || trace.getSpan(active)) return active
        enter(pageLoad.context)
        return pageLoad.context
      },
    },
    propagator,
    clock,
    clockOffset: new ClockOffset(clock),
    timings,
    verdictOf: (url) => (recording.isOn() ? verdictOf(url) : 'not recording'),
    ignores: (url) => url.href === endpoint,
    redactUrl: (url) => redactUrl(url, { keepQuery: options.keepQuery ?? [] }),
    onTiming: pipeline.addTiming,
    onError: (error, context) => actions.noteError(error, context),
    later(callback, delayMillis) {
      const timer = globals.setTimeout(callback, delayMillis)
      return () => globals.clearTimeout(timer)
    },
    onNotSent: (url, verdict) => extras?.debug?.onNotSent(url, verdict),
  }
  // Each patch lies over those before it; the context manager's lie on top, so that what ours derive from the page's
  // promises still keeps the page's context.
  const replaced = new Set(options.instrumentations?.map(({ instrumentationName }) => instrumentationName))
  const fetching = traceFetch(http, !replaced.has('@opentelemetry/instrumentation-fetch'))
  if (early) adoptEarlyWork(early, { http, fetching, actions, ids, pageLoad })
  sampleRoot = recording.sampleRoot
  timings.enable()
  const onRageClick = createRageClicks()
  const stops: (() => void)[] = [() => fetching.stop(), () => timings.disable()]
  const adoptConsent = () => session.adoptConsent() && onConsent()
  const startParts = [
    () => (replaced.has('@opentelemetry/instrumentation-xml-http-request') ? undefined : traceXhr(http)),
    () => traceConnections(http),
    () => trackPendingTimers(() => actions.active()),
    () =>
      trackNavigations({
        actions,
        active: () => contexts.active(),
        enter: (action, event) => enter(action.context, event),
        gesture,
      }),
    () => recordErrors(actions, tracer, marks),
    () =>
      listenForUserActions({
        start: (type, name, startMillis) => {
          session.touch()
          return actions.start({ type, name, startMillis })
        },
        gesture,
        active: () => actions.active(),
        enter: (action, event) => enter(action.context, event),
        onClick: onRageClick,
      }),
    () =>
      onLeave((reason) => {
        actions.finishAll(reason)
        extras?.vitals?.report()
        pipeline.leave(reason)
      }),
    () => listen('online', () => pipeline.delivery.retryNow()),
    () => listen('offline', () => pipeline.delivery.prepare()),
    // A page out of the back/forward cache has not been told what was said meanwhile.
    () => listen('pageshow', adoptConsent),
    () => listen('storage', adoptConsent),
  ]
  // One failing piece stops none of the others.
  for (const start of startParts) stops.push(guarded(start) ?? (() => {}))
  provider.register({ contextManager: contexts, propagator })
  for (const instrumentation of options.instrumentations ?? []) {
    guarded(() => {
      instrumentation.setTracerProvider(provider)
      instrumentation.enable()
      stops.push(() => instrumentation.disable())
    })
  }

  const extrasTimer = globals.setTimeout(() => {
    loadExtras()
      .then(({ start }) => {
        if (isOver) return
        const { delivery } = pipeline
        extras = start({ options, delivery, actions, tracer, clock, pageLoad })
        stops.push(() => extras?.stop?.())
      })
      // Without them there is no store and there are no vitals.
      .catch(() => {})
  }, EXTRAS_DELAY_MILLIS)

  const onConsent = () => void (session.consent === 'denied' ? pipeline.clear() : pipeline.flush())
  const tracing: Tracing = {
    action(name, fn) {
      session.touch()
      const action = actions.start({ name, type: 'custom', parent: contexts.active() })
      return runAction(contexts, action, fn, (error) => {
        action.fail(error)
        // Nobody may handle it further up; it is then heard of again.
        actions.noteError(error, action.context)
      })
    },
    onTrace(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    flush: pipeline.flush,
    health: () => ({
      recording: recording.isOn(),
      sampled: session.sampled,
      consent: session.consent,
      sessionId: recording.isOn() ? session.id : undefined,
      ...pipeline.delivery.health(),
    }),
    setConsent(granted) {
      session.setConsent(granted)
      onConsent()
    },
    async shutdown() {
      isOver = true
      globals.clearTimeout(extrasTimer)
      contexts.disable()
      for (const stop of stops.splice(0).reverse()) guarded(stop)
      actions.finishAll('ended')
      pipeline.delivery.add(pipeline.queue.takeOpen())
      await pipeline.flush()
      recording.stop()
      await provider.shutdown()
    },
  }
  return tracing
}

function listen(type: 'online' | 'offline' | 'pageshow' | 'storage', callback: () => void): () => void {
  window.addEventListener(type, callback)
  return () => window.removeEventListener(type, callback)
}
