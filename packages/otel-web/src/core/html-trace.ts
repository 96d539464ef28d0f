/** The server span of the request for the HTML of this page. */
export interface HtmlTrace {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

const MAX_AGE_MILLIS = 120_000

/**
 * Reads the trace of the page's HTML from `Server-Timing`. A page from a cache, or one that the edge sent more than two
 * minutes ago, does not continue that trace: otherwise every visitor who gets the cached page would continue the same
 * one.
 *
 * The loader has a smaller copy of this code (`loader.ts`).
 */
export function readHtmlTrace(): HtmlTrace | undefined {
  const navigation = navigationTiming()
  // `transferSize` is 0 for a page from a cache.
  if (!navigation?.transferSize) return undefined
  const timing = (name: string) =>
    navigation.serverTiming?.find((metric) => metric.name === name)?.description
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-\d(\d)$/.exec(timing('traceparent') ?? '')
  const sentMillis = Number(timing('edge') || Number.NaN)
  if (!parts?.[1] || !parts[2] || !(Math.abs(Date.now() - performance.now() - sentMillis) < MAX_AGE_MILLIS)) {
    return undefined
  }
  return { traceId: parts[1], spanId: parts[2], sampled: (Number(parts[3]) & 1) === 1 }
}

/**
 * Navigation timing with `activationStart`, which TypeScript's DOM types lack: the time a prerendered page was shown.
 */
export interface Navigation extends PerformanceNavigationTiming {
  readonly activationStart?: number
}

/** The navigation timing entry of this page. */
export function navigationTiming(): Navigation | undefined {
  return performance.getEntriesByType?.('navigation')[0] as Navigation | undefined
}
