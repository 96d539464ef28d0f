import { afterEach, expect, test, vi } from 'vitest'
import { TraceClock } from './clock.ts'
import { ClockOffset } from './clock-offset.ts'

const TRACE = 'a'.repeat(32)

afterEach(() => {
  vi.restoreAllMocks()
})

const serverTiming = (name: string, description: string, duration: number): PerformanceServerTiming => ({
  name,
  description,
  duration,
  toJSON: () => ({}),
})

/** A request sent now to an edge whose clock is `skewMillis` ahead. */
function observe(
  offset: ClockOffset,
  clock: TraceClock,
  [skewMillis, outMillis, backMillis]: readonly [skewMillis: number, outMillis: number, backMillis: number],
) {
  const zero = clock.zero()
  const sent = performance.now()
  const received = Math.floor(zero.unixMillis + sent + outMillis + skewMillis)
  const timings = [serverTiming('cache', '', 1), serverTiming('edge', String(received), 5)]
  offset.observe(timings, zero, sent, sent + outMillis + 5 + backMillis)
}

function setWallClock(byMillis: number): void {
  const stock = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => stock() + byMillis)
}

test('an invalid date is ignored', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  for (const timings of [
    undefined,
    [],
    [serverTiming('edges', '1790000000000', 0)],
    [serverTiming('edge', 'soon', 0)],
    [serverTiming('edge', '', 7)],
  ]) {
    offset.observe(timings, clock.zero(), 0, 10)
  }
  expect(clock.zero().offsetMillis).toBe(0)
})

test('no offset is used for clocks that agree', () => {
  const clock = new TraceClock()
  observe(new ClockOffset(clock), clock, [0, 20, 20])
  expect(clock.zero().offsetMillis).toBe(0)
})

test('the round trip with the shortest delay decides', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, [5000, 400, 10])
  observe(offset, clock, [5000, 3, 3])
  observe(offset, clock, [5000, 10, 900])
  expect(Math.abs(clock.zero().offsetMillis - 5000)).toBeLessThan(5)
})

test('an estimate that contradicts new responses is discarded', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, [5000, 3, 3])
  observe(offset, clock, [-3000, 3, 3])
  expect(Math.abs(clock.zero().offsetMillis + 3000)).toBeLessThan(5)
})

test('a trace that began before a jump of the wall clock is corrected by the earlier estimate', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, [5000, 3, 3])
  clock.begin(TRACE)
  // The clock of the page is corrected, so that both clocks agree from here on.
  setWallClock(5000)
  observe(offset, clock, [0, 3, 3])
  expect(Math.abs(clock.offsetOf(TRACE) - 5000)).toBeLessThan(5)
  expect(clock.zero().offsetMillis).toBe(0)
})

test('bounds from before a jump of the clock are discarded', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, [5000, 3, 3])
  setWallClock(100)
  // The new bounds are compatible with the old ones and wider: only the old bounds would result in 5000.
  observe(offset, clock, [4900, 103, 3])
  expect(Math.abs(clock.zero().offsetMillis - 4950)).toBeLessThan(10)
})

test('a request during a jump of the clock is ignored', () => {
  const clock = new TraceClock()
  const before = clock.zero()
  setWallClock(60_000)
  const received = String(Date.now())
  new ClockOffset(clock).observe([serverTiming('edge', received, 1)], before, 0, performance.now())
  expect(clock.zero().offsetMillis).toBe(0)
})
