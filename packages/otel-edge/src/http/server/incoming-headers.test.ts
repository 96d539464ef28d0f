import { expect, test } from 'vitest'
import { HEADERS_GETTER, PUBLIC_GETTER } from './incoming-headers.ts'

const members = (count: number) =>
  Array.from({ length: count }, (_, n) => `key${n}=${'v'.repeat(20)}`).join(',')

// https://www.w3.org/TR/baggage/#limits
test.each([
  ['no baggage', undefined, undefined],
  ['an empty value', '', ''],
  ['one member', 'a=1', 'a=1'],
  ['1024 characters', `a=${'x'.repeat(1022)}`, `a=${'x'.repeat(1022)}`],
  ['one member that is too long', `a=${'x'.repeat(1023)}`, ''],
  ['a member that is too long after a short one', `a=1,b=${'x'.repeat(1100)}`, 'a=1'],
  ['a comma at the limit', `a=${'x'.repeat(1022)},b=2`, `a=${'x'.repeat(1022)}`],
])('of a public caller, %s is read as whole members', (_, baggage, expected) => {
  const headers = new Headers(baggage === undefined ? {} : { baggage })
  expect(PUBLIC_GETTER.get(headers, 'baggage')).toBe(expected)
})

test('of a public caller, as many members are read as fit', () => {
  const baggage = members(100)
  const read = PUBLIC_GETTER.get(new Headers({ baggage }), 'baggage') ?? ''
  expect(read.length).toBeLessThanOrEqual(1024)
  expect(read.length).toBeGreaterThan(950)
  expect(baggage.startsWith(`${read},`)).toBe(true)
})

test('of a trusted caller, all members are read', () => {
  const baggage = members(100)
  expect(HEADERS_GETTER.get(new Headers({ baggage }), 'baggage')).toBe(baggage)
})

test('other headers are read as they are, and by any case of their names', () => {
  const headers = new Headers({ TraceParent: '00-x', tracestate: 'a=1' })
  headers.append('tracestate', 'b=2')
  for (const getter of [HEADERS_GETTER, PUBLIC_GETTER]) {
    expect(getter.get(headers, 'Traceparent')).toBe('00-x')
    expect(getter.get(headers, 'tracestate')).toBe('a=1, b=2')
    expect(getter.keys(headers)).toEqual(['traceparent', 'tracestate'])
  }
})
