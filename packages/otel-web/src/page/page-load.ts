import { type Link, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import { type HtmlTrace, navigationTiming } from './html-trace.ts'
import { nameLocation } from './name-location.ts'

export interface PageLoadOptions {
  readonly actions: ActionTracker
  /** The server span of the HTML, when this page may continue its trace. */
  readonly html: HtmlTrace | undefined
  /** Given out before the SDK was there. */
  readonly traceId?: string | undefined
  readonly links?: Link[] | undefined
}

/** Milestones of the navigation, in order, as events of the page load. */
const MILESTONES = ['responseStart', 'domInteractive', 'domContentLoadedEventEnd', 'loadEventEnd'] as const

/**
 * Opens the action of the page load: from the navigation's start (or from when a prerendered page was shown) to the
 * load event and the end of the work begun until then. It continues the trace of the HTML's server span.
 */
export function startPageLoad({ actions, html, traceId, links }: PageLoadOptions): Action {
  const navigation = navigationTiming()
  const remote = html && {
    traceId: html.traceId,
    spanId: html.spanId,
    traceFlags: html.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  }
  const action = actions.start({
    name: `load ${nameLocation(location.pathname)}`,
    type: 'pageload',
    startMillis: activationStart(navigation),
    ...(remote ? { parent: trace.setSpanContext(ROOT_CONTEXT, remote) } : { ids: { traceId } }),
    ...(links ? { links } : {}),
  })
  action.use()
  const loading = {}
  action.begin(loading)
  const loaded = () => {
    const { traceId: ownTrace } = action.span.spanContext()
    for (const name of MILESTONES) {
      const atMillis = navigation?.[name] ?? 0
      if (atMillis > action.startMillis) action.span.addEvent(name, actions.dateIn(ownTrace, atMillis))
    }
    action.done(loading, navigation?.loadEventEnd || performance.now())
  }
  // The load event's own end is known in the task after it.
  const afterLoad = () => actions.later(loaded)
  if (document.readyState === 'complete') loaded()
  else window.addEventListener('load', afterLoad, { once: true })
  return action
}

function activationStart(navigation: PerformanceNavigationTiming | undefined): number {
  return (navigation as { activationStart?: number } | undefined)?.activationStart ?? 0
}
