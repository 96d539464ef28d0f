const FIRST_MILLIS = 1000
const MAX_MILLIS = 10_000
const MAX_LONG_MILLIS = 120_000

/** So many failures in a row are an outage that may soon be over; more are one that lasts, or an ad blocker. */
export const SHORT_FAILURES = 9

/**
 * How long to wait after the n-th failure in a row: doubling, to ten seconds at most while the outage is short, to two
 * minutes when it lasts, since browsers write a line to the console for each. Half of it is random so that a thousand
 * pages do not come back at once. A server that says when is obeyed, up to ten minutes.
 */
export function backOffMillis(failures: number, retryAfterMillis?: number): number {
  if (retryAfterMillis !== undefined) return Math.min(retryAfterMillis, 600_000) + Math.random() * 1000
  const full =
    failures > SHORT_FAILURES
      ? Math.min(MAX_LONG_MILLIS, MAX_MILLIS * 2 ** (failures - SHORT_FAILURES))
      : Math.min(MAX_MILLIS, FIRST_MILLIS * 2 ** (failures - 1))
  return full / 2 + (Math.random() * full) / 2
}
