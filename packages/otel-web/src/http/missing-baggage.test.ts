import { describe, expect, test } from 'vitest'
import { missingBaggage } from './missing-baggage.ts'

// https://www.w3.org/TR/baggage/#baggage-http-header-format
describe('members of names that the caller does not use are added', () => {
  test.each([
    ['a=1', 'b=2', 'b=2'],
    ['a=1', 'b=2,c=3', 'b=2,c=3'],
    ['a=1', 'a=2', ''],
    ['a=1', 'a=2,b=3', 'b=3'],
    ['a=1,b=2', 'b=9,a=8', ''],
    ['a = 1 , b = 2', 'a=3,b=4,c=5', 'c=5'],
    ['a=1', ' a =2', ''],
    ['a=1;secret;ttl=60', 'a=2', ''],
    ['a=1', 'b=2;secret', 'b=2;secret'],
    ['a=b=c', 'b=1', 'b=1'],
    ['A=1', 'a=2', 'a=2'],
    ['a=', 'a=2', ''],
    ['a', 'a=2', ''],
    ['aa=1', 'a=2', 'a=2'],
  ])('beside %j, of %j the list gets %j', (own, added, missing) => {
    expect(missingBaggage(own, added)).toBe(missing)
  })
})

describe('the list has at most 8192 bytes', () => {
  // The comma between both parts counts, too.
  test.each([
    [4096, 4095, true],
    [4096, 4096, false],
    [8188, 3, true],
    [8189, 3, false],
    [9000, 3, false],
  ])('%i bytes of the caller and %i bytes are sent together: %s', (ownBytes, addedBytes, fits) => {
    const own = `a=${'x'.repeat(ownBytes - 2)}`
    const added = `b=${'y'.repeat(addedBytes - 2)}`
    const missing = missingBaggage(own, added)
    expect(missing).toBe(fits ? added : '')
    if (fits) expect(`${own},${missing}`.length).toBeLessThanOrEqual(8192)
  })
})
