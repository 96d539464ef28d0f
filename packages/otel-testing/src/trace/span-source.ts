import type { ReceivedSpan } from './received-span.ts'

/** Where tests read spans: a fake collector, one in another process, or a query API. */
export interface SpanSource {
  /** The spans that were received, in order of arrival. */
  spans(): readonly ReceivedSpan[] | Promise<readonly ReceivedSpan[]>
  /** Resolves once there may be more than `spanCount` spans, at the latest after `timeoutMillis`. */
  arrivalAfter(spanCount: number, timeoutMillis: number): Promise<void>
}

/** The default time limit of a test that waits for spans. The wait ends when they arrive. */
export const TIMEOUT_MILLIS = 30_000

/**
 * Calls `find` with the received spans, again after each arrival, until it returns a value.
 * Returns `undefined` after `timeoutMillis`.
 */
export async function findInTime<Found>(
  source: SpanSource,
  find: (spans: readonly ReceivedSpan[]) => Found | undefined,
  timeoutMillis: number = TIMEOUT_MILLIS,
): Promise<Found | undefined> {
  const deadline = performance.now() + timeoutMillis
  for (;;) {
    const spans = await source.spans()
    const found = find(spans)
    if (found !== undefined) return found
    const leftMillis = deadline - performance.now()
    if (leftMillis <= 0) return undefined
    await source.arrivalAfter(spans.length, leftMillis)
  }
}
