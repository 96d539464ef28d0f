import { afterEach, expect, test, vi } from 'vitest'
import { backOffMillis } from './back-off.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  [1, 500],
  [2, 1000],
  [3, 2000],
  [4, 4000],
  [5, 8000],
  [6, 8000],
  [2000, 8000],
])('after %d failures the delay is between half of %d ms and all of it', (failures, full) => {
  const random = vi.spyOn(Math, 'random')
  random.mockReturnValue(0)
  expect(backOffMillis(failures, 500, 8000)).toBe(full / 2)
  random.mockReturnValue(0.5)
  expect(backOffMillis(failures, 500, 8000)).toBe(full * 0.75)
  random.mockReturnValue(1)
  expect(backOffMillis(failures, 500, 8000)).toBe(full)
})

test('two clients that fail at the same time have different delays', () => {
  const delays = new Set(Array.from({ length: 20 }, () => backOffMillis(3, 500, 8000)))
  expect(delays.size).toBeGreaterThan(1)
})
