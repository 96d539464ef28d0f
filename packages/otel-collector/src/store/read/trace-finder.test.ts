import type { OtlpSpan } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { attribute, EIGHT_O_CLOCK, makeRequest, spanAt } from '../../../test/otlp.ts'
import { openTestStore } from '../../../test/store.ts'
import type { TraceQuery } from './trace-finder.ts'

const MAX_INT64 = 2n ** 63n - 1n
const EVER = { startMinNano: 0n, startMaxNano: MAX_INT64, limit: 100 }
const idOf = (digit: number | string) => String(digit).padStart(32, '0')

/** A store with these spans, and a search that returns the last digits of the ids. */
function openWith(...spans: readonly OtlpSpan[]) {
  const { store, queries } = openTestStore()
  store(makeRequest('shop', spans))
  return (query: Partial<TraceQuery>) =>
    queries.find({ ...EVER, ...query }).map((id) => id.replace(/^0+/, ''))
}

const at = (millis: number, digit: number | string, fields: Partial<OtlpSpan> = {}) =>
  spanAt(millis, 10, { traceId: idOf(digit), ...fields })
const time = (millis: number, nanos = 0) => EIGHT_O_CLOCK + BigInt(millis) * 1_000_000n + BigInt(nanos)

describe('a time range', () => {
  test.each<[string, Partial<TraceQuery>, string[]]>([
    ['all of time', {}, ['3', '2', '1']],
    ['a start and an end at a span', { startMinNano: time(1_000), startMaxNano: time(1_000) }, ['2']],
    ['a start a nanosecond after a span', { startMinNano: time(1_000, 1) }, ['3']],
    ['an end a nanosecond before a span', { startMaxNano: time(1_000, -1) }, ['1']],
    ['a gap', { startMinNano: time(1_001), startMaxNano: time(1_999) }, []],
    ['an end before its start', { startMinNano: time(2_000), startMaxNano: time(0) }, []],
    ['the time before all spans', { startMaxNano: time(-1) }, []],
    ['the time after all spans', { startMinNano: time(2_001) }, []],
    ['a start before the epoch', { startMinNano: -(10n ** 30n), startMaxNano: time(0) }, ['1']],
    ['an end beyond 64 bits', { startMinNano: time(2_000), startMaxNano: 10n ** 30n }, ['3']],
    ['a start beyond 64 bits', { startMinNano: 10n ** 30n, startMaxNano: 10n ** 30n }, []],
  ])('the time range is searched: %s', (_, query, expected) => {
    const find = openWith(at(0, 1), at(1_000, 2), at(2_000, 3))
    expect(find(query)).toEqual(expected)
  })

  test('the start of a span counts, not its end', () => {
    const find = openWith(spanAt(0, 10_000, { traceId: idOf(1) }))
    expect(find({ startMinNano: time(5_000) })).toEqual([])
    expect(find({ startMaxNano: time(5_000) })).toEqual(['1'])
  })

  test('a start beyond 2^63 ns is stored as the maximum and found', () => {
    const start = String(2n ** 64n - 1n)
    const find = openWith(at(0, 1, { startTimeUnixNano: start, endTimeUnixNano: start }))
    expect(find({ startMinNano: MAX_INT64 })).toEqual(['1'])
    expect(find({ startMaxNano: MAX_INT64 - 1n })).toEqual([])
  })
})

describe('a duration', () => {
  test.each<[string, Partial<TraceQuery>, string[]]>([
    ['at least 10 ms', { durationMinNano: 10_000_000n }, ['3', '2']],
    ['more than 10 ms', { durationMinNano: 10_000_001n }, ['3']],
    ['at most 10 ms', { durationMaxNano: 10_000_000n }, ['2', '1']],
    ['less than 10 ms', { durationMaxNano: 9_999_999n }, ['1']],
    ['exactly 10 ms', { durationMinNano: 10_000_000n, durationMaxNano: 10_000_000n }, ['2']],
    ['none', { durationMaxNano: 0n }, ['1']],
    ['beyond 64 bits', { durationMaxNano: 10n ** 30n }, ['3', '2', '1']],
  ])('a duration of %s is found', (_, query, expected) => {
    const find = openWith(
      spanAt(0, 0, { traceId: idOf(1) }),
      spanAt(1, 10, { traceId: idOf(2) }),
      spanAt(2, 20, { traceId: idOf(3) }),
    )
    expect(find(query)).toEqual(expected)
  })
})

describe('a limit', () => {
  test('the latest traces are returned', () => {
    const find = openWith(at(2_000, 3), at(0, 1), at(1_000, 2))
    expect(find({ limit: 1 })).toEqual(['3'])
    expect(find({ limit: 2 })).toEqual(['3', '2'])
    expect(find({ limit: 3 })).toEqual(['3', '2', '1'])
    expect(find({ limit: 4 })).toEqual(['3', '2', '1'])
  })

  test('the limit counts traces and not spans', () => {
    const find = openWith(...[0, 1, 2, 3].flatMap((millis) => [at(millis, 1), at(millis + 10, 2)]))
    expect(find({ limit: 1 })).toEqual(['2'])
    expect(find({ limit: 2 })).toEqual(['2', '1'])
  })

  test('a trace is placed by its latest span that matches', () => {
    const find = openWith(
      at(0, 1, { name: 'GET' }),
      at(500, 2, { name: 'GET' }),
      at(900, 1, { name: 'POST' }),
    )
    expect(find({ limit: 1 })).toEqual(['1'])
    expect(find({ limit: 1, operation: 'GET' })).toEqual(['2'])
  })

  test('the limit applies to matches and not to candidates', () => {
    const gold = (millis: number, digit: number) =>
      at(millis, digit, { attributes: [attribute('tier', 'gold')] })
    const find = openWith(gold(0, 1), gold(1, 2), at(2, 3), at(3, 4), at(4, 5))
    const tags = new Map([['tier', 'gold']])
    expect(find({ limit: 1, tags })).toEqual(['2'])
    expect(find({ limit: 2, tags })).toEqual(['2', '1'])
  })
})

test('pages from the latest to the earliest contain each trace once', () => {
  const digits = Array.from({ length: 25 }, (_, index) => index + 1)
  const find = openWith(...digits.map((digit) => at(digit * 10, digit)))
  const found: string[] = []
  let startMaxNano = MAX_INT64
  for (;;) {
    const page = find({ limit: 10, startMaxNano })
    if (page.length === 0) break
    found.push(...page)
    // The next page ends before the earliest trace of this one.
    startMaxNano = time(Number(page.at(-1)) * 10, -1)
  }
  expect(found).toEqual(digits.map(String).reverse())
})

test.each([
  ['true', ['3', '1']],
  ['false', ['2']],
  ['maybe', ['3']],
])('the tag error=%s finds spans by their status, or by the text of an attribute', (value, expected) => {
  const find = openWith(
    at(0, 1, { status: { code: 2 } }),
    at(1, 2, { status: { code: 1 } }),
    at(2, 3, { attributes: [attribute('error', 'maybe')], status: { code: 2 } }),
  )
  expect(find({ tags: new Map([['error', value]]) })).toEqual(expected)
})

test.each(['%', '_', '*', '"', "'", '\\', "'; DROP TABLE spans; --", '\u0000', '😀', '\n'])(
  'the text %j is data in a service, an operation and a tag, and no pattern',
  (text) => {
    const { store, queries } = openTestStore()
    const span = at(0, 1, { name: text, attributes: [attribute(text, text)] })
    store(makeRequest(text, [span]), makeRequest('other', [at(1, 2, { name: 'x' })]))
    for (const query of [
      { service: text },
      { operation: text },
      { tags: new Map([[text, text]]) },
      { service: text, operation: text, tags: new Map([[text, text]]) },
    ])
      expect(queries.find({ ...EVER, ...query })).toEqual([idOf(1)])
    expect(queries.services()).toEqual([text, 'other'].sort())
  },
)
