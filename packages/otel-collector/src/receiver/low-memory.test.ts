import { expect, test } from 'vitest'
import { receiverMemory, savesMemory } from './low-memory.ts'
import { MAX_BODY_BYTES } from './read-body.ts'

test.each([
  [10_000_000, true],
  [100_000_000, true],
  [100_000_001, false],
  [512 * 1024 * 1024, false],
  // MAX_MEGABYTES is not set.
  [Number.NaN, false],
])('a database of at most %d bytes uses the low-memory limits: %s', (maxBytes, isLow) => {
  expect(savesMemory(maxBytes)).toBe(isLow)
})

test('a small machine has lower memory limits, which still allow one body of the maximum size', () => {
  const small = receiverMemory(10_000_000)
  const large = receiverMemory(1_000_000_000)
  expect(small.collectAboveBytes).toBeLessThan(large.collectAboveBytes)
  expect(small.bodyBytes).toBeLessThan(large.bodyBytes)
  expect(small.bodyBytes).toBeGreaterThanOrEqual(MAX_BODY_BYTES)
})
