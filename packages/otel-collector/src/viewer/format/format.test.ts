import { expect, test } from 'vitest'
import { formatAgo, formatCount, formatDate, formatDuration, formatOffset, formatShare } from './format.ts'

test.each([
  [0, '0 ms'],
  [850, '850 ns'],
  [1_000, '1 µs'],
  [12_345, '12.3 µs'],
  [999_499, '999 µs'],
  [999_500, '1 ms'],
  [12_300_000, '12.3 ms'],
  [999_600_000, '1 s'],
  [1_254_000_000, '1.25 s'],
  [59_900_000_000, '59.9 s'],
  [59_960_000_000, '1 m 0 s'],
  [123_000_000_000, '2 m 3 s'],
  [7_199_900_000_000, '2 h 0 m'],
  [90_000_000_000_000, '25 h 0 m'],
  [-3_400_000, '−3.4 ms'],
])('%d ns are "%s"', (nanos, text) => {
  expect(formatDuration(nanos)).toBe(text)
})

test('an offset has a sign', () => {
  expect([-5000, 0, 5000].map(formatOffset)).toEqual(['−5 µs', '+0 ms', '+5 µs'])
})

test('the count 1 has the singular', () => {
  expect([0, 1, 2, 12_345].map((count) => formatCount(count, 'span'))).toEqual([
    '0 spans',
    '1 span',
    '2 spans',
    '12,345 spans',
  ])
})

test('a date is in the zone of the reader, to the millisecond', () => {
  expect(formatDate(new Date(2026, 10, 3, 4, 5, 6, 7).getTime())).toBe('3 Nov 2026, 04:05:06.007')
})

test.each([
  [-60, 'now'],
  [1, 'now'],
  [2, '2 s ago'],
  [89, '89 s ago'],
  [90, '2 m ago'],
  [5_399, '90 m ago'],
  [5_400, '2 h ago'],
  [129_600, '2 d ago'],
])('%d seconds before now is "%s"', (seconds, text) => {
  expect(formatAgo(1_000_000_000 - seconds * 1000, 1_000_000_000)).toBe(text)
})

test.each([
  [0, '0\u00a0%'],
  [0.004, '<\u00a01\u00a0%'],
  [0.455, '46\u00a0%'],
  [1, '100\u00a0%'],
])('the share %d is "%s"', (share, text) => {
  expect(formatShare(share)).toBe(text)
})
