import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

test('the limit applies to a burst and to each minute', () => {
  let millis = 0
  const allow = createRateLimit(3, () => millis)
  expect([allow(), allow(), allow(), allow()]).toEqual([true, true, true, false])
  millis = 20_000
  expect([allow(), allow()]).toEqual([true, false])
})

test('unused tokens are kept up to the amount of one minute', () => {
  let millis = 0
  const allow = createRateLimit(3, () => millis)
  millis = 3_600_000
  expect([allow(), allow(), allow(), allow()]).toEqual([true, true, true, false])
})

test('parts of a token add up', () => {
  let millis = 0
  const allow = createRateLimit(1, () => millis)
  expect(allow()).toBe(true)
  for (millis = 15_000; millis < 60_000; millis += 15_000) expect(allow()).toBe(false)
  expect(allow()).toBe(true)
})

test.each([0, 0.5])('a limit of %d allows nothing', (perMinute) => {
  let millis = 0
  const allow = createRateLimit(perMinute, () => millis)
  expect(allow()).toBe(false)
  millis = 600_000
  expect(allow()).toBe(false)
})
