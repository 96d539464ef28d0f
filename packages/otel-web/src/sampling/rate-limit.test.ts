import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

test('the limit applies to a burst and to each minute', () => {
  let millis = 0
  const allow = createRateLimit(3, () => millis)
  expect([allow(), allow(), allow(), allow()]).toEqual([true, true, true, false])
  millis = 20_000
  expect([allow(), allow()]).toEqual([true, false])
})
