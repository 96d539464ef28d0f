import { expect, test } from 'vitest'
import { isKnownMethod } from './known-method.ts'

test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'])(
  '%s is known',
  (method) => {
    expect(isKnownMethod(method)).toBe(true)
  },
)

test.each(['get', 'Patch', 'query', 'PROPFIND', '_OTHER', '', 'constructor'])(
  '"%s" is not known',
  (method) => {
    expect(isKnownMethod(method)).toBe(false)
  },
)

test('a list of known methods replaces the default list', () => {
  const known = ['GET', 'PURGE']
  expect(['GET', 'PURGE', 'POST', 'purge'].map((method) => isKnownMethod(method, known))).toEqual([
    true,
    true,
    false,
    false,
  ])
})
