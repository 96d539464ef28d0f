import { describe, expect, test } from 'vitest'
import { found, ids, SPAN_ID, span, target, withTrace } from '../../../test/observed.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { checkTraceShape } from './trace-shape.ts'

const HTTP = {
  attributes: [
    { key: 'http.request.method', value: 'GET' },
    { key: 'url.full', value: 'http://shop/' },
  ],
}
const gateway = span({ spanId: 'g' })
const call = span({ spanId: 'c', parentSpanId: 'g', kind: 'CLIENT', name: 'GET', ...HTTP })
const shop = span({ spanId: 's', parentSpanId: 'c', service: 'shop' })

const check = (...spans: readonly TraceSpan[]) => ids(checkTraceShape(withTrace(spans)))

test('a chain of client and server spans has no finding', () => {
  expect(check(gateway, call, shop)).toEqual([])
})

test('without a backend there is no finding', () => {
  expect(checkTraceShape(target())).toEqual([])
})

test('copies of spans are a finding', () => {
  expect(found(checkTraceShape(withTrace([gateway], { copies: [gateway, gateway] })))).toEqual([
    ['trace-duplicate', 'gateway "GET /" and 1 more'],
  ])
})

describe('an orphan', () => {
  test.each([
    ['is a span whose parent is missing', { parentSpanId: 'missing' }, ['trace-orphan']],
    ['is not the child of the request of the doctor', { parentSpanId: SPAN_ID }, []],
    [
      'is not a span that was kept',
      { parentSpanId: 'missing', attributes: [{ key: 'throughline.kept', value: 'error' }] },
      [],
    ],
  ])('%s', (_, fields, expected) => {
    expect(check(span({ spanId: 'x', ...fields }))).toEqual(expected)
  })

  test('is not the child of a request of the doctor to an API', () => {
    const url = new URL('https://api.example/')
    const observed = target()
    const traced = { ...observed.traced, spanId: 'a' }
    const apis = [{ url, isListed: true, preflight: observed.again, traced }]
    expect(checkTraceShape(withTrace([span({ parentSpanId: 'a' })], { apis }))).toEqual([])
  })

  test('is not the doctor', () => {
    expect(check(span({ service: 'throughline-doctor', parentSpanId: 'missing' }), gateway)).toEqual([])
  })
})

describe('a root', () => {
  test('is a finding beside that of the doctor', () => {
    const doctor = span({ spanId: 'd', service: 'throughline-doctor', parentSpanId: undefined })
    expect(check(doctor, gateway)).toEqual([])
    expect(check(doctor, span({ parentSpanId: undefined }))).toEqual(['trace-several-roots'])
  })
})

describe('a server span beside its client span', () => {
  const beside = (fields: Partial<TraceSpan> = {}) => ({ ...shop, parentSpanId: 'g', ...fields })

  test.each([
    ['is a finding', {}, ['trace-wrong-parent']],
    ['is a finding up to 10 ms before the client span', { startMillis: 990 }, ['trace-wrong-parent']],
    ['is none more than 10 ms before it', { startMillis: 989 }, []],
    ['is a finding up to 10 ms after it', { endMillis: 1_110 }, ['trace-wrong-parent']],
    ['is none more than 10 ms after it', { endMillis: 1_111 }, []],
    ['is none of another kind', { kind: 'INTERNAL' }, []],
  ] as const)('%s', (_, fields, expected) => {
    expect(check(gateway, call, beside(fields))).toEqual(expected)
  })

  test('is none when the client span has its server span', () => {
    expect(check(gateway, call, beside(), { ...shop, spanId: 't' })).toEqual([])
  })

  test('is a finding when the client span has another child', () => {
    const inner = span({ spanId: 'i', parentSpanId: 'c', kind: 'INTERNAL' })
    expect(check(gateway, call, beside(), inner)).toEqual(['trace-wrong-parent'])
  })

  test('is none for a client span of the same service', () => {
    expect(check(gateway, { ...call, service: 'shop' }, beside())).toEqual([])
  })

  test('is none below a client span', () => {
    const outer = span({ spanId: 'g', kind: 'CLIENT' })
    expect(check(outer, { ...call, attributes: [] }, beside())).toEqual([])
  })
})

describe('a doubled span', () => {
  const twin = (fields: Partial<TraceSpan> = {}) => ({ ...shop, spanId: 't', ...fields })

  test.each([
    ['is the second server span of one client span', twin({ startMillis: 1_010 }), ['trace-doubled-span']],
    ['is the second of two that begin at once', twin(), ['trace-doubled-span']],
    [
      'is a server span that begins when the first ends',
      twin({ startMillis: 1_100, endMillis: 1_200 }),
      ['trace-doubled-span'],
    ],
    [
      'is not a server span after the first, such as a retry',
      twin({ startMillis: 1_101, endMillis: 1_200 }),
      [],
    ],
    ['is not a server span of another service', twin({ service: 'other' }), []],
    ['is a server span in that of the same service', twin({ parentSpanId: 's' }), ['trace-doubled-span']],
    ['is not a server span in that of another service', twin({ parentSpanId: 's', service: 'other' }), []],
    ['is not an internal span in a server span', twin({ parentSpanId: 's', kind: 'INTERNAL' }), []],
  ])('%s', (_, other, expected) => {
    expect(check(gateway, call, shop, other)).toEqual(expected)
  })

  const other = (fields: Partial<TraceSpan> = {}) => ({ ...call, spanId: 'd', scope: 'undici', ...fields })

  test.each([
    ['is a call of another instrumentation at the same time', other(), ['trace-doubled-span']],
    [
      'is such a call up to 10 ms later',
      other({ startMillis: 1_010, endMillis: 1_110 }),
      ['trace-doubled-span'],
    ],
    ['is not such a call that begins later', other({ startMillis: 1_011 }), []],
    ['is not such a call that ends later', other({ endMillis: 1_111 }), []],
    ['is not a parallel call of the same instrumentation', other({ scope: '' }), []],
    [
      'is not a call to another address',
      other({ attributes: [{ key: 'url.full', value: 'http://a/' }] }),
      [],
    ],
    ['is not a call of another service', other({ service: 'shop', parentSpanId: 'x' }), ['trace-orphan']],
    ['is a call in a call', other({ parentSpanId: 'c' }), ['trace-doubled-span']],
    ['is not the query of a database in a call', other({ parentSpanId: 'c', attributes: [] }), []],
    ['is not a query beside a call', other({ attributes: [] }), []],
  ])('%s', (_, second, expected) => {
    expect(check(gateway, call, second)).toEqual(expected)
  })

  test('is not a call in the query of a database', () => {
    expect(check(gateway, { ...call, attributes: [] }, other({ parentSpanId: 'c' }))).toEqual([])
  })

  test('is reported once for two spans', () => {
    expect(found(checkTraceShape(withTrace([gateway, call, shop, twin()])))).toEqual([
      ['trace-doubled-span', 'shop "GET /"'],
    ])
  })
})
