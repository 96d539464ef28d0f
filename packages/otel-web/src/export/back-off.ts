const FIRST_MILLIS = 1000
const MAX_MILLIS = 10_000

/**
 * How long to wait after the n-th failure in a row: doubling, with half of it random so that a thousand pages do not
 * come back at once. A server that says when is obeyed, up to ten minutes.
 */
export function backOffMillis(failures: number, retryAfterMillis?: number): number {
  if (retryAfterMillis !== undefined) return Math.min(retryAfterMillis, 600_000) + Math.random() * 1000
  const full = Math.min(MAX_MILLIS, FIRST_MILLIS * 2 ** (failures - 1))
  return full / 2 + (Math.random() * full) / 2
}
