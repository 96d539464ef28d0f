/**
 * Adds the cost of a request, 1 by default, to the count of a key. Returns the milliseconds until the key may send again; 0 if
 * it may send now.
 */
export type RateLimit = (key: string, cost?: number) => number

const WINDOW_MILLIS = 10_000
const MAX_KEYS = 10_000
/** The key of all clients beyond `MAX_KEYS`. */
const SHARED_KEY = 'shared'

/**
 * Creates a rate limit that counts in windows of ten seconds, in the memory of the isolate. It protects against a flood from
 * one client. For a limit across isolates, use a Rate Limiting binding.
 */
export function createRateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  const allowed = Math.max(1, Math.ceil((perMinute * WINDOW_MILLIS) / 60_000))
  let counts = new Map<string, number>()
  let windowEnd = 0
  return (key, cost = 1) => {
    const current = now()
    if (current >= windowEnd) {
      counts = new Map()
      windowEnd = current + WINDOW_MILLIS
    }
    // Further keys share one count, which bounds the memory.
    const counted = counts.has(key) || counts.size < MAX_KEYS ? key : SHARED_KEY
    const count = (counts.get(counted) ?? 0) + cost
    counts.set(counted, count)
    return count > allowed ? windowEnd - current : 0
  }
}

/**
 * The key of a client: an IPv4 address, or the first 64 bits of an IPv6 address. One client usually has all addresses with
 * that prefix, and could use another address for each batch.
 */
export function clientKey(address: string): string {
  // IPv4, or IPv4 mapped into IPv6.
  if (!address.includes(':') || address.includes('.')) return address
  const [head = [], tail] = address.split('::', 2).map((part) => part.split(':').filter(Boolean))
  // https://www.rfc-editor.org/rfc/rfc4291#section-2.2: `::` replaces the groups of zeros that complete the eight groups.
  const zeros = tail ? Array<string>(Math.max(8 - head.length - tail.length, 0)).fill('0') : []
  const groups = [...head, ...zeros, ...(tail ?? [])]
  return `${groups.slice(0, 4).map(shortGroup).join(':')}::/64`
}

function shortGroup(group: string): string {
  return Number.parseInt(group, 16).toString(16)
}
