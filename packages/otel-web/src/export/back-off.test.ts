import { expect, test } from 'vitest'
import { retryDelayMillis, SHORT_FAILURES } from './back-off.ts'

test('the delay doubles up to ten seconds, and at most half of it is random', () => {
  for (const [failures, full] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [9, 10_000],
  ] as const) {
    for (let tries = 0; tries < 50; tries++) {
      const millis = retryDelayMillis(failures)
      expect(millis).toBeGreaterThanOrEqual(full / 2)
      expect(millis).toBeLessThanOrEqual(full)
    }
  }
})

test('delays are short in the first half minute and later at least a minute', () => {
  const waits = Array.from({ length: 20 }, (_, index) => retryDelayMillis(index + 1))
  expect(Math.max(...waits.slice(0, SHORT_FAILURES))).toBeLessThanOrEqual(10_000)
  const shortest = Array.from(
    { length: SHORT_FAILURES },
    (_, index) => Math.min(10_000, 1000 * 2 ** index) / 2,
  )
  expect(shortest.reduce((sum, millis) => sum + millis)).toBeGreaterThan(30_000)
  for (const millis of waits.slice(SHORT_FAILURES + 4)) {
    expect(millis).toBeGreaterThanOrEqual(60_000)
    expect(millis).toBeLessThanOrEqual(120_000)
  }
})

test('a Retry-After is respected, with up to one more second', () => {
  expect(retryDelayMillis(1, 30_000)).toBeGreaterThanOrEqual(30_000)
  expect(retryDelayMillis(1, 30_000)).toBeLessThanOrEqual(31_000)
})
