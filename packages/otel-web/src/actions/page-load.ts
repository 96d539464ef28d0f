import { type Link, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { type HtmlTrace, navigationTiming } from '../core/html-trace.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import type { Action } from './action.ts'
import type { ActionTracker } from './action-tracker.ts'
import { afterLateScripts } from './late-scripts.ts'
import { nameLocation } from './name-location.ts'

export interface PageLoadOptions {
  readonly actions: ActionTracker
  readonly globals: PageGlobals
  /** The server span of the HTML. Undefined when the page must not continue its trace. */
  readonly html: HtmlTrace | undefined
  /** The trace id that the loader assigned to the page load. */
  readonly traceId?: string | undefined
  /** When the loader saw the first request. */
  readonly firstRequestMillis?: number | undefined
  readonly links?: Link[] | undefined
}

/** The action of the page load, and the rule for which work belongs to it. */
export interface PageLoad {
  readonly action: Action
  /** Whether work outside of any action currently belongs to the page load. */
  owns(): boolean
  /** Work that starts after this call is not part of the page load. Called when the user starts an action. */
  release(): void
  /** To be called after the load event: {@link release} follows when scripts have stopped loading. */
  settle(): void
}

/**
 * Starts the action of the page load and continues the trace of the server span of the HTML.
 *
 * The action begins with the navigation. In a prerendered page it begins with the activation, or with the first request
 * if that was made earlier.
 */
export function startPageLoad(options: PageLoadOptions): PageLoad {
  const { actions, globals, html, traceId, firstRequestMillis, links } = options
  const shownMillis = navigationTiming()?.activationStart ?? 0
  const remote = html && {
    traceId: html.traceId,
    spanId: html.spanId,
    traceFlags: html.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  }
  const action = actions.start({
    name: `load ${nameLocation(location.pathname)}`,
    type: 'pageload',
    startMillis: Math.min(shownMillis, firstRequestMillis ?? shownMillis),
    ...(remote ? { parent: trace.setSpanContext(ROOT_CONTEXT, remote) } : { ids: { traceId } }),
    ...(links ? { links } : {}),
  })
  action.use()
  const settling = {}
  let isReleased = false
  const release = () => {
    isReleased = true
    action.done(settling)
  }
  return {
    action,
    owns: () => !isReleased && !action.ended,
    release,
    settle() {
      if (isReleased) return
      // Lazily loaded code starts its requests after the load event, while no work is pending.
      action.wait(settling)
      afterLateScripts(globals, release)
    },
  }
}
