import { describe, expect, test } from 'vitest'
import { createTraceState, parseTracestate } from './tracestate.ts'

const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',')
/** Adds a short title to each header. */
const named = (headers: readonly string[]) =>
  headers.map((header) => [JSON.stringify(header).slice(0, 60), header])
const LONG_KEY = 'k'.repeat(256)
const LONG_VALUE = 'v'.repeat(256)
const LONGEST = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(256, 'k')).map(
  (key) => `${key}=${LONG_VALUE}`,
)

// https://www.w3.org/TR/trace-context-2/#tracestate-header
describe('a header that obeys the grammar is read', () => {
  test.each(
    named([
      'foo=1',
      'foo=1,bar=2',
      '0=1',
      'foo@=1',
      'foo@@bar=1',
      'a@1=1',
      'foo@bar@baz=1',
      'tenant@system=1',
      `${'t'.repeat(242)}@v=1`,
      `t@${'v'.repeat(15)}=1`,
      'a_-*/@=1',
      'a= 1',
      'a=!"#$%&\'()*+-./09:;<>?@AZ[\\]^_`az{|}~',
      `${LONG_KEY}=1`,
      `a=${LONG_VALUE}`,
      members(32),
      LONGEST.join(','),
    ]),
  )('%s', (_, header) => {
    expect(parseTracestate(header)?.serialize()).toBe(header)
  })

  test.each([
    [' foo=1\t,\t bar=2 ', 'foo=1,bar=2'],
    ['foo=1, ,,\t,bar=2,', 'foo=1,bar=2'],
    ['foo=1,foo=2,bar=3', 'foo=1,bar=3'],
    [',,,foo=1', 'foo=1'],
  ])('the header %s is parsed to %s', (header, expected) => {
    expect(parseTracestate(header)?.serialize()).toBe(expected)
  })
})

describe('a header that breaks the grammar is dropped as a whole', () => {
  test.each(
    named([
      '',
      ' \t',
      ',',
      'foo',
      'foo=',
      '=1',
      'foo =1',
      'foo= ',
      'Foo=1',
      '@foo=1',
      '_foo=1',
      'foo.bar=1',
      'föö=1',
      'foo=bar=baz',
      'foo=ü',
      'foo=a\tb',
      'foo=a\u00a0',
      'foo=1;bar=\n',
      'bar=2,foo',
      members(33),
      `${LONG_KEY}k=1`,
      `a=${LONG_VALUE}v`,
      `${LONGEST.join(',')}  `,
    ]),
  )('%s', (_, header) => {
    expect(parseTracestate(header)).toBeUndefined()
  })
})

describe('changes of a tracestate', () => {
  const state = () =>
    createTraceState(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    )

  test('a changed member moves to the front, the others keep their order', () => {
    expect(state().set('b', '3').serialize()).toBe('b=3,a=1')
    expect(state().set('c@', '3').serialize()).toBe('c@=3,a=1,b=2')
    expect(state().unset('a').serialize()).toBe('b=2')
  })

  test('an invalid key or value is ignored', () => {
    expect(state().set('B', '3').serialize()).toBe('a=1,b=2')
    expect(state().set('b', '3,4').serialize()).toBe('a=1,b=2')
  })

  test('a 33rd member replaces the last one', () => {
    expect(parseTracestate(members(32))?.set('new', '1').serialize()).toBe(`new=1,${members(31)}`)
  })
})
