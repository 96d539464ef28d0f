import type { TraceClock, ZeroPoint } from './clock.ts'

/**
 * Estimates how far the edge's clock is from the page's. Each response bounds the offset from both sides, since a
 * request is received after it was sent and answered before the answer came; the bounds of the round trip with
 * the least delay are the tightest. Zero is kept while it is possible, so that clocks in step are left alone.
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
   * Learns from `edge;desc="1790000000000";dur=12.5`: when the edge got the request (Unix milliseconds), and for how
   * long it had it. The answer must have come from there just now: one that was stored tells the time of then.
   *
   * @param zero the clock's zero point when the request was sent.
   * @param sentMillis,answeredMillis `performance.now()` values around the request.
   */
  observe(
    timings: readonly PerformanceServerTiming[] | undefined,
    zero: ZeroPoint,
    sentMillis: number,
    answeredMillis: number,
  ): void {
    const edge = timings?.find(({ name }) => name === 'edge')
    const receivedMillis = Number(edge?.description)
    // Others have metrics of that name too; no date of theirs is one of this century.
    if (!edge || !(receivedMillis > 1e12)) return
    // The clock jumped meanwhile: the two ends are not of one time.
    if (zero !== this.#clock.zero()) return
    // The edge's clock counts whole milliseconds: it may have been up to one later than it says.
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
