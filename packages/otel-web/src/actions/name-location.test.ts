import { expect, test } from 'vitest'
import { nameLocation } from './name-location.ts'

test('segments that look like ids are removed from a name', () => {
  expect(nameLocation('/orders/1234/items/9')).toBe('/orders/:id/items/:id')
  expect(nameLocation('/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301')).toBe('/u/:id')
  expect(nameLocation('/commit/8c6ffd8e2ab')).toBe('/commit/:id')
  expect(nameLocation(`/reset/${'x'.repeat(40)}`)).toBe('/reset/:id')
})

test('words of a path are kept', () => {
  expect(nameLocation('/')).toBe('/')
  expect(nameLocation('/products/blue-umbrella')).toBe('/products/blue-umbrella')
  expect(nameLocation('/v2/facade')).toBe('/v2/facade')
})
