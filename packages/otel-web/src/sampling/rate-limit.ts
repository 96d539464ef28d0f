/** A token bucket that holds at most `perMinute` tokens and is refilled at that rate. */
export function createRateLimit(
  perMinute: number,
  now: () => number = () => performance.now(),
): () => boolean {
  let tokens = perMinute
  let lastMillis = now()
  return () => {
    const atMillis = now()
    tokens = Math.min(perMinute, tokens + ((atMillis - lastMillis) / 60_000) * perMinute)
    lastMillis = atMillis
    if (tokens < 1) return false
    tokens--
    return true
  }
}
