import type { PageGlobals } from '../platform/page-globals.ts'

/** How long after the latest script requests without an action still belong to the page load. */
const SETTLE_MILLIS = 1000
/** How long after the navigation scripts are waited for. */
const LIMIT_MILLIS = 10_000

/**
 * Calls `settled` when no script was loaded for a second. A dynamic import does not delay the load event, and the app that
 * it loads asks for its data after that event. The script build has a stand-in that waits for one second: there, the loader
 * attributes the requests of an app that is starting.
 */
export function afterLateScripts(globals: PageGlobals, settled: () => void): void {
  globals.setTimeout(() => {
    if (isLoadingScripts()) afterLateScripts(globals, settled)
    else settled()
  }, SETTLE_MILLIS)
}

function isLoadingScripts(): boolean {
  const now = performance.now()
  const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
  return (
    now < LIMIT_MILLIS &&
    resources.some(
      ({ initiatorType, responseEnd }) => initiatorType === 'script' && now - responseEnd < SETTLE_MILLIS,
    )
  )
}
