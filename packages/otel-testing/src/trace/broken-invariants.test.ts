import { describe, expect, test } from 'vitest'
import { makeSpans, type TestSpan } from '../../test/test-spans.ts'
import { brokenInvariants, missingResourceAttributes } from './broken-invariants.ts'

const ROOT: TestSpan = { id: '1' }
const problemsOf = (spans: readonly TestSpan[], graceMillis?: number) =>
  brokenInvariants(makeSpans(...spans), graceMillis)

describe('a child is within its parent', () => {
  test.each<[string, TestSpan, string[]]>([
    ['that has its times', {}, []],
    ['that is inside', { from: 10, to: 90 }, []],
    ['that has no duration, at the start', { from: 0, to: 0 }, []],
    ['that has no duration, at the end', { from: 100, to: 100 }, []],
    ['that starts at the limit before it', { from: -10 }, []],
    [
      'that starts before the limit',
      { from: -10.001 },
      ['shop "2" starts 10.0 ms before its parent shop "1"'],
    ],
    ['that ends at the limit after it', { to: 110 }, []],
    ['that ends after the limit', { to: 110.001 }, ['shop "2" ends 10.0 ms after its parent shop "1"']],
    [
      'that does both',
      { from: -50, to: 250.25 },
      [
        'shop "2" starts 50.0 ms before its parent shop "1"',
        'shop "2" ends 150.3 ms after its parent shop "1"',
      ],
    ],
    [
      'that is all before it',
      { from: -100, to: -50 },
      ['shop "2" starts 100.0 ms before its parent shop "1"'],
    ],
    ['that is all after it', { from: 150, to: 200 }, ['shop "2" ends 100.0 ms after its parent shop "1"']],
    ['of another service', { service: 'cart', to: 150 }, ['cart "2" ends 50.0 ms after its parent shop "1"']],
  ])('%s', (_, child, problems) => {
    expect(problemsOf([ROOT, { id: '2', parent: '1', ...child }])).toEqual(problems)
  })

  test.each<[number, number, number]>([
    [0, 100, 0],
    [0, 100.000001, 1],
    [50, 150, 0],
    [50, 150.001, 1],
  ])('with a grace period of %d ms until %d ms', (graceMillis, to, count) => {
    expect(problemsOf([ROOT, { id: '2', parent: '1', to }], graceMillis)).toHaveLength(count)
  })

  test('in any order of arrival, and at each depth', () => {
    const spans = [{ id: '3', parent: '2', to: 90 }, { id: '2', parent: '1', to: 50 }, ROOT]
    expect(problemsOf(spans)).toEqual(['shop "3" ends 40.0 ms after its parent shop "2"'])
    expect(problemsOf(spans.toReversed())).toEqual(['shop "3" ends 40.0 ms after its parent shop "2"'])
  })

  test('with times of today, which a number cannot hold', () => {
    const [start, end, late] = ['1796126400000000001', '1796126400010000001', '1796126400020000002']
    const [parent, child] = makeSpans(ROOT, { id: '2', parent: '1' })
    const at = (endTimeUnixNano: string) =>
      brokenInvariants([
        { ...(parent ?? never()), startTimeUnixNano: start, endTimeUnixNano: end },
        { ...(child ?? never()), startTimeUnixNano: start, endTimeUnixNano },
      ])
    expect(at('1796126400020000001')).toEqual([])
    expect(at(late)).toEqual(['shop "2" ends 10.0 ms after its parent shop "1"'])
  })

  test('without a parent among the spans, there is nothing to compare', () => {
    expect(problemsOf([{ id: '2', parent: '9', from: -1_000, to: 1_000 }])).toEqual([])
    expect(problemsOf([])).toEqual([])
  })
})

describe('a span ends after it starts', () => {
  test.each<[string, TestSpan, string[]]>([
    ['a duration', { from: 10, to: 10.001 }, []],
    ['no duration', { from: 10, to: 10 }, []],
    ['an end before its start', { from: 90, to: 10 }, ['shop "2" ends 80.0 ms before it starts']],
    ['an end shortly before its start', { from: 10, to: 9.999 }, ['shop "2" ends 0.0 ms before it starts']],
  ])('with %s', (_, child, problems) => {
    expect(problemsOf([ROOT, { id: '2', parent: '1', ...child }])).toEqual(problems)
  })

  test('also without a parent, and if it is exempt from the times of a parent', () => {
    expect(problemsOf([{ from: 1, to: 0 }])).toEqual(['shop "1" ends 1.0 ms before it starts'])
    expect(problemsOf([ROOT, { id: '2', parent: '1', kind: 5, from: 1, to: 0 }])).toHaveLength(1)
  })
})

describe('a span arrives once', () => {
  test.each<[string, TestSpan[], string[]]>([
    ['once', [ROOT], []],
    ['twice', [ROOT, ROOT], ['1 spans arrived twice']],
    ['three times', [ROOT, ROOT, ROOT], ['2 spans arrived twice']],
    ['twice, with other times', [ROOT, { ...ROOT, to: 50 }], ['1 spans arrived twice']],
    ['as several that are twice', [ROOT, { id: '2' }, ROOT, { id: '2' }], ['2 spans arrived twice']],
  ])('%s', (_, spans, problems) => {
    expect(problemsOf(spans)).toEqual(problems)
  })
})

describe('may be outside of its parent', () => {
  const late = (fields: TestSpan) => [ROOT, { id: '2', parent: '1', to: 500, ...fields }]

  test.each<[string, TestSpan[]]>([
    ['a consumer', late({ kind: 5 })],
    [
      'a child of a consumer',
      [ROOT, { id: '2', parent: '1', kind: 5, to: 50 }, { id: '3', parent: '2', to: 500 }],
    ],
    [
      'a descendant of a consumer',
      [ROOT, { id: '2', parent: '1', kind: 5 }, { id: '3', parent: '2' }, { id: '4', parent: '3', to: 500 }],
    ],
    ['an incomplete span', late({ attributes: { 'throughline.incomplete': true } })],
    [
      'a child of an incomplete span',
      [
        { ...ROOT, attributes: { 'throughline.incomplete': true } },
        { id: '2', parent: '1', to: 500 },
      ],
    ],
    ['an unsampled span that was kept', late({ attributes: { 'throughline.kept': 'error' } })],
    [
      'a child of a span that was kept',
      [
        { ...ROOT, attributes: { 'throughline.kept': 'slow' } },
        { id: '2', parent: '1', to: 500 },
      ],
    ],
    ['an action that a timeout ended', late({ attributes: { 'throughline.action.end_reason': 'timeout' } })],
    [
      'a child of such an action',
      [
        { ...ROOT, attributes: { 'throughline.action.end_reason': 'timeout' } },
        { id: '2', parent: '1', to: 500 },
      ],
    ],
    ['a page load', late({ attributes: { 'throughline.action.type': 'pageload' } })],
  ])('%s', (_, spans) => {
    expect(problemsOf(spans)).toEqual([])
  })

  test.each<[string, TestSpan[]]>([
    ['a producer', late({ kind: 4 })],
    ['the parent of a consumer', [...late({}), { id: '3', parent: '2', kind: 5 }]],
    ['a sibling of a consumer', [...late({}), { id: '3', parent: '1', kind: 5 }]],
    [
      'a grandchild of an incomplete span',
      [
        { ...ROOT, attributes: { 'throughline.incomplete': true } },
        { id: '2', parent: '1' },
        { id: '3', parent: '2', to: 500 },
      ],
    ],
    ['a span that says it is complete', late({ attributes: { 'throughline.incomplete': false } })],
    ['a span with a text in place of a flag', late({ attributes: { 'throughline.incomplete': 'true' } })],
    ['an action that ended on its own', late({ attributes: { 'throughline.action.end_reason': 'idle' } })],
    ['an action of another type', late({ attributes: { 'throughline.action.type': 'click' } })],
    [
      'a child of a page load',
      [
        { ...ROOT, attributes: { 'throughline.action.type': 'pageload' } },
        { id: '2', parent: '1', to: 500 },
      ],
    ],
  ])('not %s', (_, spans) => {
    expect(problemsOf(spans)).toHaveLength(1)
  })
})

test.each<[string, TestSpan[]]>([
  ['its own parent', [ROOT, { id: '2', parent: '2', to: 500 }]],
  [
    'the parent of its parent',
    [
      { id: '2', parent: '3' },
      { id: '3', parent: '2' },
    ],
  ],
  [
    'an ancestor of its ancestors',
    [
      { id: '2', parent: '4' },
      { id: '3', parent: '2' },
      { id: '4', parent: '3' },
    ],
  ],
])('the check ends for a span that is %s', (_, spans) => {
  expect(problemsOf(spans)).toEqual([])
})

describe('an attribute of the resource', () => {
  const [span] = makeSpans(ROOT)
  const withResource = (resource: Readonly<Record<string, unknown>>) => [{ ...(span ?? never()), resource }]

  test.each<[string, unknown, number]>([
    ['a text', 'a', 0],
    ['an empty text', '', 1],
    ['a number', 1, 1],
    ['a list', ['a'], 1],
    ['nothing', undefined, 1],
  ])('is missing if it is not a text: %s', (_, value, count) => {
    expect(missingResourceAttributes(withResource({ key: value }), ['key'])).toHaveLength(count)
  })

  test('is named for each span and each key', () => {
    const spans = [...withResource({ a: '1' }), ...withResource({ b: '1' })]
    expect(missingResourceAttributes(spans, ['a', 'b'])).toEqual([
      'shop "1" has no b in its resource',
      'shop "1" has no a in its resource',
    ])
    expect(missingResourceAttributes(spans, [])).toEqual([])
  })
})

function never(): never {
  throw new Error('no span was made')
}
