import { expect, test } from 'vitest'
import { formatLocalTime, parseLocalTime } from './local-time.ts'

test("a time is shown in the reader's zone and parsed back unchanged", () => {
  const time = new Date(2026, 10, 3, 4, 5, 6).toISOString()
  expect(formatLocalTime(time)).toBe('2026-11-03T04:05:06')
  expect(parseLocalTime('2026-11-03T04:05:06')).toBe(time)
  expect(parseLocalTime('2026-11-03T04:05')).toBe(new Date(2026, 10, 3, 4, 5).toISOString())
})

test.each(['', 'noon', '2026-13-45T00:00:00Z'])(
  '"%s" is not a time and is formatted as an empty text',
  (text) => {
    expect(formatLocalTime(text)).toBe('')
    expect(parseLocalTime(text)).toBe('')
  },
)
