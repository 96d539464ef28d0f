import type { AnyValue, OtlpSpan } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { makeSpans } from '../../test/test-spans.ts'
import { makeRequest } from '../collector/make-request.ts'
import { attribute, kindOf, statusOf, toReceivedSpans, toValues } from './received-span.ts'
import { isNamed, isRequestTo } from './wait-for-spans.ts'

const SPAN: OtlpSpan = {
  ...{
    traceId: 'a'.repeat(32),
    spanId: '1'.repeat(16),
    name: 'a',
    kind: 1,
    attributes: [],
    events: [],
    links: [],
  },
  ...{ startTimeUnixNano: '0', endTimeUnixNano: '0', status: {} },
}

test.each<[string, AnyValue, unknown]>([
  ['a text', { stringValue: 'a' }, 'a'],
  ['an empty text', { stringValue: '' }, ''],
  ['a flag', { boolValue: false }, false],
  ['an integer as a text', { intValue: '42' }, 42],
  ['a negative integer', { intValue: '-1' }, -1],
  ['an integer of 0', { intValue: '0' }, 0],
  ['a fraction', { doubleValue: 0.25 }, 0.25],
  ['a fraction of 0', { doubleValue: 0 }, 0],
  [
    'a list',
    { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, { boolValue: true }] } },
    ['a', 1, true],
  ],
  ['an empty list', { arrayValue: { values: [] } }, []],
  ['a list of lists', { arrayValue: { values: [{ arrayValue: { values: [{ intValue: '1' }] } }] } }, [[1]]],
  ['a map', { kvlistValue: { values: [{ key: 'a', value: { intValue: '1' } }] } }, { a: 1 }],
  ['an empty map', { kvlistValue: { values: [] } }, {}],
  [
    'a map of maps',
    { kvlistValue: { values: [{ key: 'a', value: { kvlistValue: { values: [] } } }] } },
    { a: {} },
  ],
  ['nothing', {}, undefined],
])('the plain value of %s is read', (_, value, plain) => {
  expect(toValues([{ key: 'k', value }])).toEqual({ k: plain })
  expect(attribute({ attributes: [{ key: 'k', value }] }, 'k')).toEqual(plain)
})

test('of attributes with one key, the last one counts', () => {
  const attributes = ['a', 'b'].map((stringValue) => ({ key: 'k', value: { stringValue } }))
  expect(toValues(attributes)).toEqual({ k: 'b' })
})

test('absent attributes have no values', () => {
  expect(toValues()).toEqual({})
  expect(attribute({ attributes: [] }, 'k')).toBeUndefined()
})

test.each([
  [0, 'UNSPECIFIED'],
  [1, 'INTERNAL'],
  [2, 'SERVER'],
  [3, 'CLIENT'],
  [4, 'PRODUCER'],
  [5, 'CONSUMER'],
  [6, 'UNSPECIFIED'],
  [-1, 'UNSPECIFIED'],
])('the kind %i is %s', (kind, name) => {
  expect(kindOf({ ...SPAN, kind })).toBe(name)
})

test.each([
  [{}, 'UNSET'],
  [{ code: 0 }, 'UNSET'],
  [{ code: 1 }, 'OK'],
  [{ code: 2, message: 'a' }, 'ERROR'],
  [{ code: 3 }, 'UNSET'],
] as const)('the status %j is %s', (status, name) => {
  expect(statusOf({ ...SPAN, status })).toBe(name)
})

describe('the spans of a request', () => {
  test('are in their order, with the attributes of their own resource', () => {
    const [one] = makeRequest('a', { name: '1' }, { name: '2' }).resourceSpans
    const [two] = makeRequest('b', { name: '3' }).resourceSpans
    if (!one || !two) throw new Error('a request has no resource')
    const [scope] = two.scopeSpans
    if (!scope) throw new Error('a resource has no scope')
    const request = { resourceSpans: [one, { ...two, scopeSpans: [scope, scope] }] }
    expect(toReceivedSpans(request).map(({ service, name }) => service + name)).toEqual([
      'a1',
      'a2',
      'b3',
      'b3',
    ])
  })

  test.each([
    ['no resources', {}],
    ['an empty list', { resourceSpans: [] }],
  ])('are none in a request with %s', (_, request) => {
    expect(toReceivedSpans(request)).toEqual([])
  })

  test('have their fields beside the plain values', () => {
    const events = [{ timeUnixNano: '1', name: 'e', attributes: [] }]
    const [span] = toReceivedSpans(makeRequest('shop', { events, traceState: 'a=b' }))
    expect(span).toMatchObject({
      events,
      traceState: 'a=b',
      values: {},
      resource: { 'service.name': 'shop' },
    })
  })

  test.each([
    ['1000000000', '1000000000', 0],
    ['1000000000', '1000000001', 0.000001],
    ['1796126400000000001', '1796126400001500001', 1.5],
    ['2000000', '1000000', -1],
  ])('from %s to %s last %d ms', (startTimeUnixNano, endTimeUnixNano, durationMillis) => {
    const [span] = toReceivedSpans(makeRequest('shop', { startTimeUnixNano, endTimeUnixNano }))
    expect(span?.durationMillis).toBe(durationMillis)
  })
})

test('a span is found by its whole name', () => {
  const spans = makeSpans({ name: 'GET /' }, { name: 'GET /a' })
  expect(spans.filter(isNamed('GET /')).map(({ name }) => name)).toEqual(['GET /'])
})

test('a request is found by a part of its address', () => {
  const spans = makeSpans(
    { name: 'a', attributes: { 'url.full': 'https://shop.example/api/cart?x=1' } },
    { name: 'b', attributes: { 'url.full': 'https://shop.example/' } },
    { name: 'c' },
  )
  const found = (part: string) => spans.filter(isRequestTo(part)).map(({ name }) => name)
  expect(found('/api/cart')).toEqual(['a'])
  expect(found('shop.example')).toEqual(['a', 'b'])
  expect(found('/cart$')).toEqual([])
})
