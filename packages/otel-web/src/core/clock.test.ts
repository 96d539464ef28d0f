import { expect, test, vi } from 'vitest'
import { TraceClock, toHrTime } from './clock.ts'

const TRACE = 'a'.repeat(32)

test('times keep microseconds', () => {
  expect(toHrTime(1_790_000_000_123.456)).toEqual([1_790_000_000, 123_456_000])
})

test('a date is converted to page time', () => {
  const clock = new TraceClock()
  clock.begin(TRACE)
  expect(clock.pageMillis(TRACE, clock.at(TRACE, 1234.5))).toBeCloseTo(1234.5, 2)
})

test('a trace keeps its time origin when the wall clock jumps, and a new trace has the new one', () => {
  const clock = new TraceClock()
  clock.begin(TRACE)
  const before = clock.at(TRACE, 100)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 3_600_000)
  try {
    expect(clock.at(TRACE, 100)).toEqual(before)
    const [seconds] = clock.at(undefined, 100)
    expect(seconds - before[0]).toBeGreaterThan(3500)
  } finally {
    vi.restoreAllMocks()
  }
})

test('all spans of a trace have the same correction', () => {
  const clock = new TraceClock()
  clock.begin(TRACE)
  clock.zero().offsetMillis = 40
  expect(clock.offsetOf(TRACE)).toBe(40)
  clock.zero().offsetMillis = 70
  expect(clock.offsetOf(TRACE)).toBe(40)
})
