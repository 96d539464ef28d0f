import { backOffMillis } from '@throughline/otel-shared'

/**
 * Up to this number of consecutive failures counts as a short outage. After it, the collector is assumed to be down or
 * blocked by an ad blocker. While the browser is offline, failures are counted only up to this number.
 */
export const SHORT_FAILURES = 9

/**
 * The delay after the n-th consecutive failure. It doubles up to ten seconds during a short outage, and up to two
 * minutes afterwards, because browsers log each failed request to the console. Half of the delay is random, so that
 * many pages do not retry at the same time. A `Retry-After` of the server, and up to one random second, replace it.
 */
export function retryDelayMillis(failures: number, retryAfterMillis?: number): number {
  if (retryAfterMillis !== undefined) return retryAfterMillis + Math.random() * 1000
  return failures > SHORT_FAILURES
    ? backOffMillis(failures - SHORT_FAILURES, 20_000, 120_000)
    : backOffMillis(failures, 1000, 10_000)
}
