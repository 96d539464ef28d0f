/** A request waiting for its own entry of resource timing. All times are `performance.now()` values. */
export interface TimedRequest {
  readonly url: string
  /** Around the platform's call: the entry's start time lies between, if it is this request's. */
  readonly startMillis: number
  startedMillis: number
  onTiming: ((timing: PerformanceResourceTiming) => void) | undefined
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
 * in the same instant cannot be told apart: they get none rather than each other's.
 */
export class ResourceTimings {
  readonly #waiting = new Map<string, TimedRequest[]>()
  #count = 0
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
    this.#count = 0
  }

  /** Takes what was observed but not yet told. */
  takeRecords(): void {
    for (const entry of this.#observer?.takeRecords() ?? []) this.#onEntry(entry as PerformanceResourceTiming)
  }

  wait(request: TimedRequest): void {
    const requests = this.#waiting.get(request.url)
    if (requests) requests.push(request)
    else this.#waiting.set(request.url, [request])
    if (++this.#count > MAX_WAITING) this.#forgetOldest()
  }

  #onEntry(entry: PerformanceResourceTiming): void {
    if (!INITIATORS.includes(entry.initiatorType)) return
    const requests = this.#waiting.get(withoutFragment(entry.name))
    const candidates = requests?.filter(
      ({ startMillis, startedMillis }) =>
        entry.startTime >= startMillis - ROUNDING_MILLIS &&
        entry.startTime <= startedMillis + ROUNDING_MILLIS,
    )
    for (const candidate of candidates ?? []) {
      if (candidates?.length === 1) candidate.onTiming?.(entry)
      this.#remove(candidate)
    }
  }

  #remove(request: TimedRequest): void {
    const requests = this.#waiting.get(request.url)
    const index = requests?.indexOf(request) ?? -1
    if (!requests || index < 0) return
    requests.splice(index, 1)
    this.#count--
    if (requests.length === 0) this.#waiting.delete(request.url)
  }

  #forgetOldest(): void {
    for (const [request] of this.#waiting.values()) {
      if (request) this.#remove(request)
      return
    }
  }
}
