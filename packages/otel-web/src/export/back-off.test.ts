import { expect, test } from 'vitest'
import { backOffMillis } from './back-off.ts'
import { parseRetryAfter } from './send.ts'

test('waiting doubles up to ten seconds, at least half of it certain', () => {
  for (const [failures, full] of [
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [9, 10_000],
  ] as const) {
    for (let tries = 0; tries < 50; tries++) {
      const millis = backOffMillis(failures)
      expect(millis).toBeGreaterThanOrEqual(full / 2)
      expect(millis).toBeLessThanOrEqual(full)
    }
  }
})

test('a server that says when is obeyed, up to ten minutes', () => {
  expect(backOffMillis(1, 30_000)).toBeGreaterThanOrEqual(30_000)
  expect(backOffMillis(1, 86_400_000)).toBeLessThanOrEqual(601_000)
})

test('Retry-After is seconds or a date', () => {
  expect(parseRetryAfter('7')).toBe(7000)
  expect(parseRetryAfter(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(58_000)
  expect(parseRetryAfter(new Date(0).toUTCString())).toBe(0)
  expect(parseRetryAfter('soon')).toBeUndefined()
  expect(parseRetryAfter(null)).toBeUndefined()
})
