import { navigationTiming } from '../../core/html-trace.ts'
import type { PageSdk } from '../../page-sdk.ts'
import { readDocument } from '../../platform/document.ts'
import type { Restore } from '../../platform/patch.ts'

/** Fields of the navigation timing that are recorded as events of the page load, in order. */
const MILESTONES = [
  'activationStart',
  'responseStart',
  'domInteractive',
  'domContentLoadedEventEnd',
  'loadEventEnd',
] as const

/** If tracing starts later than this after the load event, its work does not belong to the page load. */
const MAX_HYDRATION_MILLIS = 10_000

/**
 * Keeps the action of the page load open until the load event, and records the milestones of the navigation.
 *
 * @returns removes the listener
 */
export function followPageLoad({ clock, globals, listeners, loader, pageLoad }: PageSdk): Restore {
  const { action } = pageLoad
  const navigation = navigationTiming()
  const loading = {}
  action.begin(loading)
  const loaded = () => {
    pageLoad.settle()
    const { traceId } = action.span.spanContext()
    for (const name of MILESTONES) {
      const atMillis = navigation?.[name] ?? 0
      if (atMillis > action.startMillis) action.span.addEvent(name, clock.at(traceId, atMillis))
    }
    action.done(loading, navigation?.loadEventEnd || performance.now())
  }
  // `loadEventEnd` is set in the task after the load event.
  const afterLoad = () => globals.setTimeout(loaded, 0)
  const loadMillis = navigation?.loadEventStart
  if (loadMillis || (!navigation && readDocument('readyState') === 'complete')) {
    // The loader has assigned the earlier work to the page load. Work that starts now is not part of it.
    if (loader || isLate(loadMillis)) pageLoad.release()
    loaded()
  }
  return listeners.listen(window, 'load', afterLoad)
}

/**
 * Whether work that starts now no longer belongs to the page load. Work shortly after the load event still does:
 * SvelteKit and other frameworks import the app dynamically, which does not delay this event, and hydrate the page
 * after it.
 */
function isLate(loadMillis = 0): boolean {
  return performance.interactionCount > 0 || performance.now() - loadMillis > MAX_HYDRATION_MILLIS
}
