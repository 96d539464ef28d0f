import type { TraceClock, ZeroPoint } from './clock.ts'

/**
 * Estimates the offset between the clock of the edge and the clock of the page.
 *
 * Each response bounds the offset from both sides: a request is received after it was sent, and answered before the
 * response arrives. The round trip with the least delay gives the tightest bounds. The estimate is zero while the
 * bounds allow zero, so that synchronised clocks are not corrected.
 */
export class ClockOffset {
  readonly #clock: TraceClock
  #zero: ZeroPoint | undefined
  #low = 0
  #high = 0

  constructor(clock: TraceClock) {
    this.#clock = clock
  }

  /**
   * Reads `edge;desc="1790000000000";dur=12.5` of `Server-Timing`: the Unix milliseconds at which the edge received the
   * request, and how many milliseconds it took. The response must have come over the network just now: a cached
   * response carries the time of an earlier request.
   *
   * @param zero zero point of the clock when the request was sent
   * @param sentMillis,answeredMillis `performance.now()` before the request and at the response
   */
  observe(
    timings: readonly PerformanceServerTiming[] | undefined,
    zero: ZeroPoint,
    sentMillis: number,
    answeredMillis: number,
  ): void {
    const edge = timings?.find(({ name }) => name === 'edge')
    const receivedMillis = Number(edge?.description)
    // Other servers may send a metric of this name. Its description is unlikely to be a Unix time after 2001.
    if (!edge || !(receivedMillis > 1e12)) return
    // The clock was set during the request, so the two times cannot be compared.
    if (zero !== this.#clock.zero()) return
    // The edge's time is cut to whole milliseconds, so the true time may be up to one millisecond later.
    const low = receivedMillis + edge.duration - (zero.unixMillis + answeredMillis)
    const high = receivedMillis + 1 - (zero.unixMillis + sentMillis)
    if (low > high) return
    const contradicts = zero !== this.#zero || low > this.#high || high < this.#low
    this.#zero = zero
    this.#low = contradicts ? low : Math.max(low, this.#low)
    this.#high = contradicts ? high : Math.min(high, this.#high)
    const inStep = this.#low <= 0 && this.#high >= 0
    zero.offsetMillis = inStep ? 0 : (this.#low + this.#high) / 2
  }
}
