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

test.each([
  ['', ''],
  ['/orders/', '/orders/'],
  ['//orders', '//orders'],
  ['/0', '/:id'],
  ['/2024/05/17/news', '/:id/:id/:id/news'],
  ['/orders/1234.pdf', '/orders/1234.pdf'],
  ['/orders/-1', '/orders/-1'],
  ['/orders/1a', '/orders/1a'],
  ['/deadbeef', '/deadbeef'],
  ['/deadbee1', '/:id'],
  ['/DEADBEE1', '/:id'],
  ['/8c6ffd8', '/8c6ffd8'],
  ['/u/3F2504E0-4F89-11D3-9A0C-0305E82C3301/edit', '/u/:id/edit'],
  ['/u/{3f2504e0-4f89-11d3-9a0c-0305e82c3301}', '/u/:id'],
  [`/${'a'.repeat(32)}`, `/${'a'.repeat(32)}`],
  [`/${'a'.repeat(33)}`, '/:id'],
  ['/von-zürich-nach-münchen', '/von-zürich-nach-münchen'],
  ['/users/bob@example.org/orders', '/users/REDACTED/orders'],
])('the path %s is named %s', (pathname, name) => {
  expect(nameLocation(pathname)).toBe(name)
})
