import type { HrTime } from '@opentelemetry/api'

/** The wall clock may run this far from the page's before a new trace is dated by it again. */
const MAX_DRIFT_MILLIS = 20
const MAX_TRACES = 500

/** What `performance.now() === 0` was by the wall clock, until that jumps. */
export interface ZeroPoint {
  readonly unixMillis: number
  /** The best estimate of (server's clock − page's clock, as it was set then). */
  offsetMillis: number
}

/** How a trace is dated: one zero point for all its spans, and one correction, both fixed at first use. */
interface TraceDates {
  readonly zero: ZeroPoint
  offsetMillis?: number
}

/**
 * Dates spans to the microsecond. Durations come from `performance.now()`, dates from the wall clock: each trace
 * takes its zero point when it begins and keeps it, so neither laptop sleep (which stops `performance.now()`) nor
 * a clock that is set anew moves a span against its parent.
 */
export class TraceClock {
  readonly #traces = new Map<string, TraceDates>()
  #zero: ZeroPoint = { unixMillis: performance.timeOrigin, offsetMillis: 0 }

  /** The date of a `performance.now()` value as a span's time, in the time of the trace when there is one. */
  at(traceId: string | undefined, pageMillis: number = performance.now()): HrTime {
    return toHrTime(this.#zeroOf(traceId).unixMillis + pageMillis)
  }

  /** The `performance.now()` value that a date of the trace stands for: the inverse of `at`. */
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

  /** The zero point by the wall clock as it stands now. */
  zero(): ZeroPoint {
    const unixMillis = Date.now() - performance.now()
    if (Math.abs(unixMillis - this.#zero.unixMillis) > MAX_DRIFT_MILLIS) {
      this.#zero = { unixMillis, offsetMillis: 0 }
    }
    return this.#zero
  }

  /** The correction for a trace. All its spans get the same one, or siblings would move against each other. */
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

/** Unix milliseconds with a fraction as OpenTelemetry's `[seconds, nanoseconds]`, cut to microseconds. */
export function toHrTime(unixMillis: number): HrTime {
  const seconds = Math.floor(unixMillis / 1000)
  const micros = Math.round((unixMillis - seconds * 1000) * 1000)
  return micros === 1_000_000 ? [seconds + 1, 0] : [seconds, micros * 1000]
}
