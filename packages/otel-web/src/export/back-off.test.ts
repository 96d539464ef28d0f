import { expect, test } from 'vitest'
import { backOffMillis, SHORT_FAILURES } from './back-off.ts'
import { parsePartialSuccess, parseRetryAfter } from './send.ts'

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

test('for the first half minute waiting is short, after some more it is a minute at least', () => {
  const waits = Array.from({ length: 20 }, (_, index) => backOffMillis(index + 1))
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

test('a server that says when is obeyed, up to ten minutes', () => {
  expect(backOffMillis(1, 30_000)).toBeGreaterThanOrEqual(30_000)
  expect(backOffMillis(1, 86_400_000)).toBeLessThanOrEqual(601_000)
})

test('Retry-After is seconds or a date', () => {
  expect(parseRetryAfter('7')).toBe(7000)
  expect(parseRetryAfter(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(58_000)
  expect(parseRetryAfter(new Date(0).toUTCString())).toBeUndefined()
  expect(parseRetryAfter('0')).toBeUndefined()
  expect(parseRetryAfter('soon')).toBeUndefined()
  expect(parseRetryAfter(null)).toBeUndefined()
})

test('spans that were rejected out of a batch are told by number, string of digits, or not at all', () => {
  for (const [answer, rejected] of [
    ['', 0],
    ['{}', 0],
    ['{"partialSuccess":{}}', 0],
    ['{"partialSuccess":{"rejectedSpans":"3"}}', 3],
    ['{ "partialSuccess": { "errorMessage": "x", "rejectedSpans": 12 } }', 12],
    // A message that quotes an answer is none.
    [JSON.stringify({ partialSuccess: { errorMessage: '{"rejectedSpans":"3"}' } }), 0],
    ['<html>', 0],
  ] as const) {
    expect(parsePartialSuccess(answer).rejected, answer).toBe(rejected)
  }
})
