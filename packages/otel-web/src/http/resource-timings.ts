/** A request waiting for its own entry of resource timing. All times are `performance.now()` values. */
export interface TimedRequest {
  readonly url: string
  /** Around the platform's call: the entry's start time lies between, if it is this request's. */
  readonly startMillis: number
  startedMillis: number
  /** How many entries, while it waited, were of its URL and could not be told whose. */
  untold: number
  /** Its own entry. */
  onTiming(timing: PerformanceResourceTiming): void
  /** It is over at the latest by then, whichever entry is its own. */
  onOver(endMillis: number): void
}

const MAX_WAITING = 200
/** Entries and `performance.now()` are each rounded to 0.1 ms in pages that are not isolated. */
const ROUNDING_MILLIS = 0.11

/** The platform leaves the fragment in an entry's name, and out of what it asks the server for. */
export function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? ''
}

const INITIATORS = ['fetch', 'xmlhttprequest']

/**
 * Gives each request its own entry of resource timing, through one observer for all. Calls of one URL that started
 * in the same instant cannot be told apart: they get none rather than each other's, but are over when all are.
 */
export class ResourceTimings {
  readonly #waiting = new Set<TimedRequest>()
  #observer: PerformanceObserver | undefined

  enable(): void {
    if (!globalThis.PerformanceObserver?.supportedEntryTypes?.includes('resource')) return
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#onEntry(entry as PerformanceResourceTiming)
    })
    this.#observer.observe({ type: 'resource', buffered: true })
  }

  disable(): void {
    this.#observer?.disconnect()
    this.#waiting.clear()
  }

  /** Takes what was observed but not yet told. */
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
    if (other) for (const request of same) request.untold++
    else own.onTiming(entry)
    const left = other ? same : same.filter((request) => request !== own)
    const isLeft = left[0] && left[0].untold < left.length
    for (const request of same) {
      if (isLeft && left.includes(request)) continue
      request.onOver(entry.responseEnd)
      this.#waiting.delete(request)
    }
  }
}
