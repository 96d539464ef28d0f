import { describe, expect, test } from 'vitest'
import { findMissingChildren, readChildCount, type StoredSpan } from './missing-children.ts'

interface Fields extends Partial<Omit<StoredSpan, 'counts'>> {
  readonly counts?: Readonly<Record<string, number>>
}

/** A span whose service is the first part of its id, as in `shop/1`. */
function span(spanId: string, parentSpanId: string, { counts = {}, ...fields }: Fields = {}): StoredSpan {
  return {
    spanId,
    parentSpanId,
    service: spanId.split('/')[0] ?? '',
    kind: 'server',
    startMillis: 0,
    endMillis: 100,
    isCall: false,
    ...fields,
    counts: new Map(Object.entries(counts)),
  }
}

const call = (spanId: string, parentSpanId: string, fields: Fields = {}) =>
  span(spanId, parentSpanId, { kind: 'client', isCall: true, ...fields })
const sentences = (...spans: readonly StoredSpan[]) =>
  findMissingChildren(spans).map(({ sentence }) => sentence)

const SHOP = span('shop/1', 'gateway/2', { counts: { client: 2 } })

describe('a trace lacks nothing', () => {
  test.each<[string, readonly StoredSpan[]]>([
    ['without counts', [span('shop/1', 'gone'), span('risk/1', 'gone')]],
    ['when each child has arrived', [SHOP, call('shop/2', 'shop/1'), call('shop/3', 'shop/1')]],
    ['when more children have arrived', [SHOP, ...['a', 'b', 'c'].map((id) => call(`shop/${id}`, 'shop/1'))]],
    ['when nothing continues a call', [SHOP, call('shop/2', 'shop/1'), call('shop/3', 'shop/1')]],
    [
      'when an orphan is earlier and later than the open calls',
      [
        SHOP,
        call('shop/2', 'shop/1', { endMillis: 10 }),
        call('shop/3', 'shop/1', { startMillis: 200, endMillis: 210 }),
        span('risk/1', 'gone', { startMillis: 100 }),
      ],
    ],
  ])('%s', (_, spans) => {
    expect(findMissingChildren(spans)).toEqual([])
  })
})

describe('a child that has not arrived', () => {
  test('names the numbers alone when nothing continues it', () => {
    expect(sentences(SHOP, call('shop/2', 'shop/1'))).toEqual(['shop sent 2 requests, 1 arrived'])
  })

  test('names the service that continues it, and explains its orphan', () => {
    const found = findMissingChildren([SHOP, call('shop/2', 'shop/1'), span('payments/1', 'gone')])
    expect(found).toEqual([
      {
        spanId: 'shop/1',
        sentence: 'shop sent 2 requests, 1 arrived: shop → payments is broken',
        orphans: ['payments/1'],
      },
    ])
  })

  test('is of the shortest span at that time', () => {
    const gateway = span('gateway/1', 'page', { counts: { client: 2 }, endMillis: 500 })
    expect(
      sentences(gateway, SHOP, call('gateway/2', 'gateway/1'), call('shop/2', 'shop/1'), span('risk/1', 'x')),
    ).toEqual([
      'gateway sent 2 requests, 1 arrived',
      'shop sent 2 requests, 1 arrived: shop → risk is broken',
    ])
  })

  test('is not that of an orphan of its own service, of another time, or of another kind', () => {
    const others = [
      span('shop/9', 'gone'),
      span('risk/1', 'gone', { startMillis: 900 }),
      span('mail/1', 'gone', { kind: 'consumer' }),
      span('page/1', 'gone', { kind: 'internal' }),
    ]
    expect(sentences(SHOP, call('shop/2', 'shop/1'), ...others)).toEqual(['shop sent 2 requests, 1 arrived'])
  })

  test('can be a message, which is received later', () => {
    const shop = span('shop/1', 'page', { counts: { producer: 1 } })
    const consumer = span('mail/1', 'gone', { kind: 'consumer', startMillis: 60_000, endMillis: 60_001 })
    expect(sentences(shop, consumer)).toEqual(['shop sent 1 message, 0 arrived: shop → mail is broken'])
  })

  test('can be of several kinds', () => {
    const shop = span('shop/1', 'page', { counts: { internal: 2, producer: 3, server: 1 } })
    expect(sentences(shop, span('shop/2', 'shop/1'), span('shop/3', 'shop/1', { kind: 'internal' }))).toEqual(
      ['shop started 2 internal spans, 1 arrived', 'shop sent 3 messages, 0 arrived'],
    )
  })
})

describe('a call that has arrived', () => {
  const calls = [call('shop/2', 'shop/1', { endMillis: 10 }), call('shop/3', 'shop/1', { startMillis: 80 })]

  test('is broken when an orphan was received during it alone', () => {
    expect(sentences(SHOP, ...calls, span('payments/1', 'gone', { startMillis: 2 }))).toEqual([
      'shop sent 2 requests, 1 arrived: shop → payments is broken',
    ])
  })

  test('is broken once, however many orphans continue it', () => {
    const orphans = ['payments/1', 'payments/2', 'risk/1'].map((id) => span(id, 'gone', { startMillis: 2 }))
    expect(sentences(SHOP, ...calls, ...orphans)).toEqual([
      'shop sent 2 requests, 1 arrived: shop → payments, risk is broken',
    ])
  })

  test.each<[string, readonly StoredSpan[]]>([
    ['two calls are open at that time', [call('shop/2', 'shop/1'), call('shop/3', 'shop/1')]],
    ['it is no call of a service', calls.map((each) => ({ ...each, isCall: false }))],
    ['it is continued', [...calls, span('risk/1', 'shop/2')]],
  ])('is not broken when %s', (_, others) => {
    expect(sentences(SHOP, ...others, span('payments/1', 'gone', { startMillis: 2 }))).toEqual([])
  })
})

test('spans that are their own parents, or those of each other, end the search', () => {
  const spans = [
    span('a/1', 'a/1', { counts: { server: 2 } }),
    span('b/1', 'c/1', { counts: { client: 1 } }),
    span('c/1', 'b/1'),
  ]
  expect(sentences(...spans)).toEqual(['a started 2 server spans, 1 arrived', 'b sent 1 request, 0 arrived'])
})

test('a trace can be a long chain, and have many spans without parents', () => {
  const counts = { client: 2 }
  const chain = Array.from({ length: 50_000 }, (_, index) => span(`a/${index + 1}`, `a/${index}`, { counts }))
  const orphans = Array.from({ length: 50_000 }, (_, index) => span(`b/${index}`, `gone/${index}`))
  const found = findMissingChildren([...chain, ...orphans])
  expect(found).toHaveLength(chain.length)
  // The first span of the chain is an orphan, too.
  expect(found.flatMap((each) => each.orphans)).toHaveLength(199)
})

describe('an attribute', () => {
  test.each<[string, unknown, unknown]>([
    ['throughline.children.client', '2', ['client', 2]],
    ['throughline.children.producer', 1, ['producer', 1]],
    ['throughline.children.client', 0, undefined],
    ['throughline.children.client', -1, undefined],
    ['throughline.children.client', 1.5, undefined],
    ['throughline.children.client', 'many', undefined],
    ['throughline.children.client', 1e300, undefined],
    ['throughline.kept', 1, undefined],
  ])('%s with the value %s is %o', (key, value, expected) => {
    expect(readChildCount(key, value)).toEqual(expected)
  })
})
