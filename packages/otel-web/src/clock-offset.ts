import type { TraceClock } from './clock.ts'

/** What the edge says of one request: when it got it (Unix milliseconds) and for how long it had it. */
interface EdgeTimes {
  readonly receivedMillis: number
  readonly durationMillis: number
}

/**
 * Estimates how far the edge's clock is from the page's. Each response bounds the offset from both sides, since a
 * request is received after it was sent and answered before the answer came; the bounds of the round trip with
 * the least delay are the tightest. Zero is kept while it is possible, so that clocks in step are left alone.
 */
export class ClockOffset {
  readonly #clock: TraceClock
  #low = Number.NEGATIVE_INFINITY
  #high = Number.POSITIVE_INFINITY

  constructor(clock: TraceClock) {
    this.#clock = clock
  }

  /** @param sentMillis,answeredMillis `performance.now()` values around the request, answered when headers came. */
  observe(serverTiming: string | null | undefined, sentMillis: number, answeredMillis: number): void {
    const edge = parseEdgeTiming(serverTiming ?? '')
    if (!edge) return
    const zero = this.#clock.zeroMillis()
    // The edge's clock counts whole milliseconds: it may have been up to one later than it says.
    const low = edge.receivedMillis + edge.durationMillis - (zero + answeredMillis)
    const high = edge.receivedMillis + 1 - (zero + sentMillis)
    if (low > high) return
    const contradicts = low > this.#high || high < this.#low
    this.#low = contradicts ? low : Math.max(low, this.#low)
    this.#high = contradicts ? high : Math.min(high, this.#high)
    const inStep = this.#low <= 0 && this.#high >= 0
    this.#clock.offsetMillis = inStep ? 0 : (this.#low + this.#high) / 2
  }
}

/** Reads `edge;desc="1790000000000";dur=12.5` out of a `Server-Timing` header. */
export function parseEdgeTiming(serverTiming: string): EdgeTimes | undefined {
  const metric = /(?:^|,)\s*edge\s*;([^,]*)/.exec(serverTiming)?.[1]
  const received = /desc="?(\d{12,14}(?:\.\d+)?)"?/.exec(metric ?? '')?.[1]
  if (metric === undefined || received === undefined) return undefined
  const duration = /dur=([\d.]+)/.exec(metric)?.[1]
  return { receivedMillis: Number(received), durationMillis: duration === undefined ? 0 : Number(duration) }
}
