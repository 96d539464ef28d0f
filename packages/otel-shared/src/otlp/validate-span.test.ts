import { describe, expect, test } from 'vitest'
import type { OtlpLink, OtlpSpan } from './types.ts'
import { normalizeIds, spanProblem } from './validate-span.ts'

const SPAN: OtlpSpan = {
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  name: 'GET',
  kind: 3,
  startTimeUnixNano: '10',
  endTimeUnixNano: '20',
  attributes: [],
  events: [],
  links: [],
  status: {},
}
const LINK: OtlpLink = { traceId: '3'.repeat(32), spanId: '4'.repeat(16), attributes: [] }
const WHY = { key: 'why', value: { stringValue: 'batch' } }

describe('a valid span', () => {
  test.each<[string, Partial<OtlpSpan>]>([
    ['has ids, times and a kind', {}],
    ['may have a parent', { parentSpanId: '5'.repeat(16) }],
    ['may end at its start time', { endTimeUnixNano: '10' }],
    ['may end at the last nanosecond of 64 bits', { endTimeUnixNano: '18446744073709551615' }],
    ['may have no kind', { kind: 0 }],
    ['may be a consumer', { kind: 5 }],
    ['may have an event without a time', { events: [{ timeUnixNano: '0', name: 'e', attributes: [] }] }],
  ])('a valid span %s', (_, fields) => {
    expect(spanProblem({ ...SPAN, ...fields })).toBeUndefined()
  })
})

describe('a span is rejected with the reason', () => {
  test.each<[Partial<OtlpSpan>, string]>([
    [{ traceId: '' }, 'traceId "" is not 16 bytes with at least one non-zero byte'],
    [
      { traceId: '0'.repeat(32) },
      `traceId "${'0'.repeat(32)}" is not 16 bytes with at least one non-zero byte`,
    ],
    [
      { traceId: 'x'.repeat(500) },
      `traceId "${'x'.repeat(40)}" is not 16 bytes with at least one non-zero byte`,
    ],
    [{ spanId: '2'.repeat(15) }, `spanId "${'2'.repeat(15)}" is not 8 bytes with at least one non-zero byte`],
    [
      { parentSpanId: 'no "id"' },
      'parentSpanId "no \\"id\\"" is not 8 bytes with at least one non-zero byte',
    ],
    [{ kind: 6 }, 'kind 6 is unknown'],
    [{ kind: -1 }, 'kind -1 is unknown'],
    [{ startTimeUnixNano: '0' }, 'startTimeUnixNano "0" is not a Unix time in nanoseconds'],
    [{ startTimeUnixNano: '-1' }, 'startTimeUnixNano "-1" is not a Unix time in nanoseconds'],
    [{ endTimeUnixNano: '0' }, 'endTimeUnixNano "0" is not a Unix time in nanoseconds'],
    [
      { endTimeUnixNano: '18446744073709551616' },
      'endTimeUnixNano "18446744073709551616" is not a Unix time in nanoseconds',
    ],
    [{ endTimeUnixNano: '9' }, 'the span ends before it starts'],
    [
      { events: [{ timeUnixNano: '-1', name: 'e', attributes: [] }] },
      'timeUnixNano "-1" of an event is not a Unix time in nanoseconds',
    ],
  ])('a span with %j is rejected with the reason', (fields, problem) => {
    expect(spanProblem({ ...SPAN, ...fields })).toBe(problem)
  })
})

describe('ids that are empty or zero', () => {
  test('a span without empty or zero ids is unchanged', () => {
    expect(normalizeIds(SPAN)).toBe(SPAN)
    const child = { ...SPAN, parentSpanId: '5'.repeat(16), links: [LINK] }
    expect(normalizeIds(child)).toBe(child)
  })

  test.each(['', '0'.repeat(16)])('the parent id %j means no parent', (parentSpanId) => {
    expect(normalizeIds({ ...SPAN, parentSpanId })).toEqual(SPAN)
  })

  test('a link with zero ids and no other data is dropped and counted', () => {
    const empty = { ...LINK, traceId: '', spanId: '' }
    const span = { ...SPAN, links: [empty, LINK, empty], droppedLinksCount: 1 }
    expect(normalizeIds(span)).toEqual({ ...SPAN, links: [LINK], droppedLinksCount: 3 })
  })

  test('a link with zero ids is kept without them if it has attributes or a tracestate', () => {
    const links = [
      { ...LINK, traceId: '0'.repeat(32), attributes: [WHY] },
      { ...LINK, spanId: '', traceState: 'a=1' },
    ]
    expect(normalizeIds({ ...SPAN, parentSpanId: '5'.repeat(16), links })).toEqual({
      ...SPAN,
      parentSpanId: '5'.repeat(16),
      links: [
        { ...LINK, traceId: '', attributes: [WHY] },
        { ...LINK, spanId: '', traceState: 'a=1' },
      ],
    })
  })

  test('an empty parent id is removed, and so are the empty ids of a link', () => {
    const links = [{ ...LINK, traceId: '', spanId: '', attributes: [WHY] }]
    const result = normalizeIds({ ...SPAN, parentSpanId: '', links })
    expect(result).toEqual({ ...SPAN, links })
    expect(result).not.toHaveProperty('parentSpanId')
    expect(result).not.toHaveProperty('droppedLinksCount')
  })
})
