import type { Baggage, BaggageEntryMetadata } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { formatBaggage, parseBaggage } from './baggage.ts'
import { MapBaggage } from './map-baggage.ts'

const valuesOf = (header: string) =>
  Object.fromEntries(
    parseBaggage(header)
      ?.getAllEntries()
      .map(([key, { value }]) => [key, value]) ?? [],
  )
const members = (count: number, length = 1) =>
  Array.from({ length: count }, (_, index) => `k${index}=${'v'.repeat(length)}`).join(',')

describe('parsing of baggage (https://www.w3.org/TR/baggage/)', () => {
  test.each([
    ['a=1,b=2', { a: '1', b: '2' }],
    [' a = 1 ;p=1;q , b=2', { a: '1', b: '2' }],
    ['user=anna%20b', { user: 'anna b' }],
    ['a=caf%C3%A9', { a: 'café' }],
    ['a=x%FFy,b=2', { a: 'x\ufffdy', b: '2' }],
    ['a=50%,b=2', { a: '50%', b: '2' }],
    ['a=', { a: '' }],
    ['a=1=2', { a: '1=2' }],
    ['bad key=1,n="x",=1,novalue,a=\\,b=é,c=a b,ok=1', { ok: '1' }],
    ["!#$%&'*+-.^_`|~09AZaz=1", { "!#$%&'*+-.^_`|~09AZaz": '1' }],
    ['a\u00a0=1,b=\u00a01,ok=1', { ok: '1' }],
    ['a=%EF%BB%BFb', { a: '\ufeffb' }],
    ['a=%2C%3B%25%5C%22%20', { a: ',;%\\" ' }],
    ['a=+', { a: '+' }],
    ['a=1,b=2,a=3', { a: '3', b: '2' }],
    ['', {}],
    [',,,', {}],
  ])('the header %s is parsed', (header, expected) => {
    expect(valuesOf(header)).toEqual(expected)
  })

  test('at most 180 members and 8,192 bytes are parsed', () => {
    expect(Object.keys(valuesOf(members(200)))).toHaveLength(180)
    expect(Object.keys(valuesOf(members(100, 100)))).toHaveLength(78)
  })

  test.each([
    [8192, ['a']],
    [8193, []],
  ])('a header whose first member has %d bytes has the keys %j', (sizeBytes, keys) => {
    expect(Object.keys(valuesOf(`a=${'v'.repeat(sizeBytes - 2)}`))).toEqual(keys)
  })

  test('members are kept up to the limit of 8,192 bytes', () => {
    const first = `a=${'v'.repeat(8186)}`
    expect(Object.keys(valuesOf(`${first},b=1`))).toEqual(['a', 'b'])
    expect(Object.keys(valuesOf(`${first},b=12`))).toEqual(['a'])
    expect(Object.keys(valuesOf(`${first}1234,b=1`))).toEqual(['a'])
  })

  test.each([
    ['a=1;p', 'p'],
    ['a=1 ; p = 1 ;\tq ; r=1=2', 'p=1;q;r=1=2'],
    ['a=1;p=%20', 'p=%20'],
    ['a=1;;b c;"d"=1;e="f";g=\\;ok', 'ok'],
    ['a=1;=1;é', undefined],
  ])('the properties of %s are %s', (header, expected) => {
    expect(parseBaggage(header)?.getEntry('a')?.metadata?.toString()).toBe(expected)
  })
})

describe('formatting of baggage', () => {
  const metadata = (text: string) => ({ toString: () => text }) as BaggageEntryMetadata
  const baggage = (...entries: [string, { value: string; metadata?: BaggageEntryMetadata }][]): Baggage =>
    new MapBaggage(new Map(entries))

  test('parsed baggage is formatted unchanged, with its properties', () => {
    const header = 'user=anna%20b;p=1;q,tier=gold'
    expect(formatBaggage(parseBaggage(header) ?? baggage())).toBe(header)
  })

  test('baggage of any content is formatted to a valid header', () => {
    const written = formatBaggage(
      baggage(
        ['half', { value: '\ud83d' }],
        ['whole', { value: '😀' }],
        ['injected', { value: 'a\r\nb', metadata: metadata('p=1\r\nx: y') }],
        ['bad key', { value: '1' }],
        ['second', { value: '1', metadata: metadata('p=1,evil=1') }],
        ['third', { value: '1', metadata: metadata(' p = 1 ; q r; s') }],
      ),
    )
    expect(written).toBe('half=%EF%BF%BD,whole=%F0%9F%98%80,injected=a%0D%0Ab,second=1,third=1;p=1;s')
  })

  test('empty baggage has no header, and a header keeps to the limits', () => {
    expect(formatBaggage(baggage())).toBeUndefined()
    expect(formatBaggage(baggage(['a', { value: 'x'.repeat(9_000) }], ['b', { value: '1' }]))).toBe('b=1')
    expect(formatBaggage(baggage(['a', { value: 'x'.repeat(8190) }], ['b', { value: '1' }]))).toHaveLength(
      8192,
    )
    expect(formatBaggage(baggage(['a', { value: 'x'.repeat(8186) }], ['b', { value: '1' }]))).toHaveLength(
      8192,
    )
  })

  test.each([
    ['own=1', 'own=1,a=1,b=2'],
    ['b=3;p, c=4', 'b=3;p, c=4,a=1'],
    ['not baggage', 'not baggage,a=1,b=2'],
    [`own=${'x'.repeat(8182)}`, `own=${'x'.repeat(8182)},a=1`],
    [`own=${'x'.repeat(9000)}`, `own=${'x'.repeat(9000)}`],
    [members(179), `${members(179)},a=1`],
    [members(200), members(200)],
  ])('a header of the caller is kept, and other members are appended (case %#)', (own, expected) => {
    expect(formatBaggage(baggage(['a', { value: '1' }], ['b', { value: '2' }]), own)).toBe(expected)
  })
})
