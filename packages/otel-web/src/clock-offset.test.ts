import { expect, test } from 'vitest'
import { TraceClock } from './clock.ts'
import { ClockOffset, parseEdgeTiming } from './clock-offset.ts'

const serverTiming = (receivedMillis: number, durationMillis: number) =>
  `cache;dur=1, edge;desc="${Math.floor(receivedMillis)}";dur=${durationMillis}`

/** A request sent at `sentMillis` of the page to an edge whose clock is `skewMillis` ahead. */
function observe(
  offset: ClockOffset,
  clock: TraceClock,
  skewMillis: number,
  outMillis: number,
  backMillis: number,
) {
  const sent = performance.now()
  const received = clock.zeroMillis() + sent + outMillis + skewMillis
  offset.observe(serverTiming(received, 5), sent, sent + outMillis + 5 + backMillis)
}

test('an edge receipt time and duration are read out of Server-Timing', () => {
  expect(parseEdgeTiming(serverTiming(1_790_000_000_000, 12.5))).toEqual({
    receivedMillis: 1_790_000_000_000,
    durationMillis: 12.5,
  })
  expect(parseEdgeTiming('edge;desc="soon"')).toBeUndefined()
  expect(parseEdgeTiming('edges;desc="1790000000000"')).toBeUndefined()
})

test('clocks in step are left alone', () => {
  const clock = new TraceClock()
  observe(new ClockOffset(clock), clock, 0, 20, 20)
  expect(clock.offsetMillis).toBe(0)
})

test('the round trip with the least delay decides', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, 5000, 400, 10)
  observe(offset, clock, 5000, 3, 3)
  observe(offset, clock, 5000, 10, 900)
  expect(Math.abs(clock.offsetMillis - 5000)).toBeLessThan(5)
})

test('an estimate that new responses contradict is given up', () => {
  const clock = new TraceClock()
  const offset = new ClockOffset(clock)
  observe(offset, clock, 5000, 3, 3)
  observe(offset, clock, -3000, 3, 3)
  expect(Math.abs(clock.offsetMillis + 3000)).toBeLessThan(5)
})
