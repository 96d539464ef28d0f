/** A request that waits for its resource timing entry. All times are `performance.now()` values. */
export interface TimedRequest {
  readonly url: string
  /** Time before the platform function was called. The start time of the entry lies between it and `startedMillis`. */
  readonly startMillis: number
  startedMillis: number
  /** The number of entries of the same URL that could not be assigned to one request. */
  ambiguousCount: number
  /** Called with the entry of this request. */
  onTiming(timing: PerformanceResourceTiming): void
  /** Called with a time by which the request has ended, even if its entry could not be identified. */
  onOver(endMillis: number): void
}

const MAX_WAITING = 200
/**
 * Entries and `performance.now()` are each rounded to 0.1 ms in pages that are not cross-origin isolated:
 * https://w3c.github.io/hr-time/#dfn-coarsen-time
 */
const ROUNDING_MILLIS = 0.11

/** Removes the fragment. The server does not receive it, but the names of entries contain it. */
export function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? ''
}

const INITIATORS = ['fetch', 'xmlhttprequest']

/**
 * Assigns resource timing entries to requests, with one observer for all of them. Entries of requests to one URL that
 * started at the same time are ambiguousCount. Those requests get no entry, and end when the entries of all of them have
 * arrived.
 */
export class ResourceTimings {
  readonly #waiting = new Set<TimedRequest>()
  #observer: PerformanceObserver | undefined

  /** Starts to observe. Returns a function that stops it. */
  observe(): (() => void) | undefined {
    if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes('resource')) return undefined
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#onEntry(entry as PerformanceResourceTiming)
    })
    this.#observer.observe({ type: 'resource', buffered: true })
    return () => {
      this.#observer?.disconnect()
      this.#waiting.clear()
    }
  }

  /** Processes the entries that the observer has not delivered yet. */
  takeRecords(): void {
    for (const entry of this.#observer?.takeRecords() ?? []) this.#onEntry(entry as PerformanceResourceTiming)
  }

  wait(request: TimedRequest): void {
    this.#waiting.add(request)
    const [oldest] = this.#waiting
    if (oldest && this.#waiting.size > MAX_WAITING) this.#waiting.delete(oldest)
  }

  #onEntry(entry: PerformanceResourceTiming): void {
    if (!INITIATORS.includes(entry.initiatorType)) return
    const url = withoutFragment(entry.name)
    const same = [...this.#waiting].filter((request) => request.url === url)
    const [own, other] = same.filter(
      ({ startMillis, startedMillis }) =>
        entry.startTime >= startMillis - ROUNDING_MILLIS &&
        entry.startTime <= startedMillis + ROUNDING_MILLIS,
    )
    if (!own) return
    if (other) for (const request of same) request.ambiguousCount++
    else own.onTiming(entry)
    const left = other ? same : same.filter((request) => request !== own)
    const isLeft = left[0] && left[0].ambiguousCount < left.length
    for (const request of same) {
      if (isLeft && left.includes(request)) continue
      request.onOver(entry.responseEnd)
      this.#waiting.delete(request)
    }
  }
}
