/** The server span that the page's HTML came from. */
export interface HtmlTrace {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

const MAX_AGE_MILLIS = 120_000

/**
 * Reads the trace of the page's HTML from the `Server-Timing` of its response. A page out of a cache, or one that the
 * edge sent more than two minutes ago, continues nobody's trace: the same one would be continued by every visitor.
 *
 * The loader does the same in fewer bytes (`loader.ts`).
 */
export function readHtmlTrace(): HtmlTrace | undefined {
  const navigation = navigationTiming()
  // Nothing was transferred: the page is from a cache.
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

/** What a page's navigation tells, with what TypeScript does not know of: when a prerendered page was shown. */
export interface Navigation extends PerformanceNavigationTiming {
  readonly activationStart?: number
}

/** The entry of this page's own navigation. */
export function navigationTiming(): Navigation | undefined {
  return performance.getEntriesByType?.('navigation')[0] as Navigation | undefined
}
