import { type Link, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import type { HandOver } from '../loader/hand-over.ts'
import { type HtmlTrace, navigationTiming } from './html-trace.ts'
import { nameLocation } from './name-location.ts'

export interface PageLoadOptions {
  readonly actions: ActionTracker
  /** The server span of the HTML, when this page may continue its trace. */
  readonly html: HtmlTrace | undefined
  /** What was given out before the SDK was there. */
  readonly early?: Pick<HandOver, 'traceId_' | 'log_'> | undefined
  readonly links?: Link[] | undefined
}

/** Milestones of the navigation, in order, as events of the page load. */
const MILESTONES = [
  'activationStart',
  'responseStart',
  'domInteractive',
  'domContentLoadedEventEnd',
  'loadEventEnd',
] as const

/**
 * Opens the action of the page load: from the navigation's start (of a prerendered page, from when it was shown, or
 * from the first request that it made ahead of that) to the load event and the end of the work begun until then. It
 * continues the trace of the HTML's server span.
 */
export function startPageLoad({ actions, html, early, links }: PageLoadOptions): Action {
  const navigation = navigationTiming()
  const shownMillis = navigation?.activationStart ?? 0
  const remote = html && {
    traceId: html.traceId,
    spanId: html.spanId,
    traceFlags: html.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  }
  const action = actions.start({
    name: `load ${nameLocation(location.pathname)}`,
    type: 'pageload',
    // The first number in the loader's log is when the first request was made.
    startMillis: Math.min(shownMillis, (early?.log_.flat().find(Number.isFinite) as number) ?? shownMillis),
    ...(remote
      ? { parent: trace.setSpanContext(ROOT_CONTEXT, remote) }
      : { ids: { traceId: early?.traceId_ } }),
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
