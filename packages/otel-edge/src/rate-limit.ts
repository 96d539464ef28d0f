/** Answers in how many milliseconds this key may come again; 0 when it may now. */
export type RateLimit = (key: string) => number

const WINDOW_MILLIS = 10_000
const MAX_KEYS = 10_000

/**
 * Counts in windows of ten seconds, in this isolate's memory: enough against one client that floods, not a promise about
 * all isolates together. For that, bind a Rate Limiting namespace.
 */
export function createRateLimit(perMinute: number, now: () => number = Date.now): RateLimit {
  const allowed = Math.max(1, Math.ceil((perMinute * WINDOW_MILLIS) / 60_000))
  let counts = new Map<string, number>()
  let windowEnd = 0
  return (key) => {
    const current = now()
    if (current >= windowEnd) {
      counts = new Map()
      windowEnd = current + WINDOW_MILLIS
    }
    const count = (counts.get(key) ?? 0) + 1
    // When there are too many keys to tell apart, new ones share one count: memory stays bounded under a flood.
    if (count === 1 && counts.size >= MAX_KEYS) return takeShared(counts, allowed) ? 0 : windowEnd - current
    counts.set(key, count)
    return count > allowed ? windowEnd - current : 0
  }
}

const SHARED_KEY = ''

function takeShared(counts: Map<string, number>, allowed: number): boolean {
  const count = (counts.get(SHARED_KEY) ?? 0) + 1
  counts.set(SHARED_KEY, count)
  return count <= allowed
}

/**
 * What a client is counted by: an IPv4 address, or the first 64 bits of an IPv6 address. A household or a server has all
 * addresses below those to itself, and could be a new client with every batch.
 */
export function clientKey(address: string): string {
  // IPv4, mapped into IPv6 or not.
  if (!address.includes(':') || address.includes('.')) return address
  const [head = [], tail] = address.split('::', 2).map((part) => part.split(':').filter(Boolean))
  // `::` stands for as many zeros as are missing.
  const zeros = tail ? Array<string>(Math.max(8 - head.length - tail.length, 0)).fill('0') : []
  const groups = [...head, ...zeros, ...(tail ?? [])]
  return `${groups.slice(0, 4).map(shortGroup).join(':')}::/64`
}

function shortGroup(group: string): string {
  return Number.parseInt(group, 16).toString(16)
}
