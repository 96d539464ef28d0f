import type { HrTime } from '@opentelemetry/api'

/** A new trace gets a new zero point when the wall clock differs from the current one by more than this. */
const MAX_DRIFT_MILLIS = 20
const MAX_TRACES = 500

/** The wall-clock time at which `performance.now()` was 0. It is replaced when the wall clock is set. */
export interface ZeroPoint {
  readonly unixMillis: number
  /** The best estimate of the server's clock minus this clock. */
  offsetMillis: number
}

/** The zero point and the offset of one trace. Each is fixed at its first use, for all spans of the trace. */
interface TraceDates {
  readonly zero: ZeroPoint
  offsetMillis?: number
}

/**
 * Gives spans their times, with microsecond resolution. Differences come from `performance.now()`, and the zero point
 * from the wall clock. A trace keeps the zero point of its start. So neither laptop sleep, which stops
 * `performance.now()`, nor a change of the wall clock shifts a span relative to its parent.
 */
export class TraceClock {
  readonly #traces = new Map<string, TraceDates>()
  #zero: ZeroPoint = { unixMillis: performance.timeOrigin, offsetMillis: 0 }

  /** Converts a `performance.now()` value to a span time, with the zero point of the trace if there is one. */
  at(traceId: string | undefined, pageMillis: number = performance.now()): HrTime {
    return toHrTime(this.#zeroOf(traceId).unixMillis + pageMillis)
  }

  /** Converts a span time of the trace to a `performance.now()` value: the inverse of `at`. */
  pageMillis(traceId: string, [seconds, nanos]: HrTime): number {
    return seconds * 1000 + nanos / 1e6 - this.#zeroOf(traceId).unixMillis
  }

  /** Fixes the zero point of a new trace. */
  begin(traceId: string): void {
    if (this.#traces.has(traceId)) return
    this.#traces.set(traceId, { zero: this.zero() })
    if (this.#traces.size <= MAX_TRACES) return
    for (const oldest of this.#traces.keys()) {
      this.#traces.delete(oldest)
      break
    }
  }

  /** The zero point by the current wall clock. */
  zero(): ZeroPoint {
    const unixMillis = Date.now() - performance.now()
    if (Math.abs(unixMillis - this.#zero.unixMillis) > MAX_DRIFT_MILLIS) {
      this.#zero = { unixMillis, offsetMillis: 0 }
    }
    return this.#zero
  }

  /**
   * The offset to apply to a trace. All its spans get the same one, so that they do not shift relative to each other.
   */
  offsetOf(traceId: string): number {
    const dates = this.#traces.get(traceId)
    if (!dates) return this.#zero.offsetMillis
    dates.offsetMillis ??= dates.zero.offsetMillis
    return dates.offsetMillis
  }

  #zeroOf(traceId: string | undefined): ZeroPoint {
    const dates = traceId === undefined ? undefined : this.#traces.get(traceId)
    return dates ? dates.zero : this.zero()
  }
}

/** Converts fractional Unix milliseconds to OpenTelemetry's `[seconds, nanoseconds]`, rounded to microseconds. */
export function toHrTime(unixMillis: number): HrTime {
  const seconds = Math.floor(unixMillis / 1000)
  const micros = Math.round((unixMillis - seconds * 1000) * 1000)
  return micros === 1_000_000 ? [seconds + 1, 0] : [seconds, micros * 1000]
}
