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

describe('reading (https://www.w3.org/TR/baggage/)', () => {
  test.each([
    ['a=1,b=2', { a: '1', b: '2' }],
    [' a = 1 ;p=1;q , b=2', { a: '1', b: '2' }],
    ['user=anna%20b', { user: 'anna b' }],
    ['a=caf%C3%A9', { a: 'café' }],
    ['a=x%FFy,b=2', { a: 'x\ufffdy', b: '2' }],
    ['a=50%,b=2', { a: '50%', b: '2' }],
    ['a=', { a: '' }],
    ['a=1=2', { a: '1=2' }],
    ['bad key=1,n="x",=1,novalue,ok=1', { ok: '1' }],
    ['', {}],
    [',,,', {}],
  ])('%s', (header, expected) => {
    expect(valuesOf(header)).toEqual(expected)
  })

  test('180 members are kept, and 8,192 bytes', () => {
    expect(Object.keys(valuesOf(members(200)))).toHaveLength(180)
    expect(Object.keys(valuesOf(members(100, 100)))).toHaveLength(78)
  })
})

describe('writing', () => {
  const metadata = (text: string) => ({ toString: () => text }) as BaggageEntryMetadata
  const baggage = (...entries: [string, { value: string; metadata?: BaggageEntryMetadata }][]): Baggage =>
    new MapBaggage(new Map(entries))

  test('what is read is written as it was, its properties too', () => {
    const header = 'user=anna%20b;p=1;q,tier=gold'
    expect(formatBaggage(parseBaggage(header) ?? baggage())).toBe(header)
  })

  test('whatever an app sets, the header can be sent', () => {
    const written = formatBaggage(
      baggage(
        ['half', { value: '\ud83d' }],
        ['whole', { value: '😀' }],
        ['injected', { value: 'a\r\nb', metadata: metadata('p=1\r\nx: y') }],
        ['bad key', { value: '1' }],
        ['second', { value: '1', metadata: metadata('p=1,evil=1') }],
      ),
    )
    expect(written).toBe('half=%EF%BF%BD,whole=%F0%9F%98%80,injected=a%0D%0Ab,second=1')
  })

  test('nothing to say is no header, and the limits hold', () => {
    expect(formatBaggage(baggage())).toBeUndefined()
    expect(formatBaggage(baggage(['a', { value: 'x'.repeat(9_000) }], ['b', { value: '1' }]))).toBe('b=1')
  })
})
