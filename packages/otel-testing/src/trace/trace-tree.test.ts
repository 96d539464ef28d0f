import { describe, expect, test } from 'vitest'
import { idOf, makeSpans, type TestSpan } from '../../test/test-spans.ts'
import { drawTrees, flatten, type SpanNode, toTrees } from './trace-tree.ts'

/** Trees as text, such as `1(2(3) 4)`. */
function shapeOf(trees: readonly SpanNode[]): string {
  return trees
    .map(({ name, children }) => (children.length === 0 ? name : `${name}(${shapeOf(children)})`))
    .join(' ')
}

const shape = (...spans: readonly TestSpan[]) => shapeOf(toTrees(makeSpans(...spans)))
const OTHER_TRACE = 'b'.repeat(32)

describe('spans become trees', () => {
  test.each<[string, TestSpan[], string]>([
    ['of nothing', [], ''],
    ['of one span', [{ id: '1' }], '1'],
    ['of a child', [{ id: '1' }, { id: '2', parent: '1' }], '1(2)'],
    ['of a child that arrived first', [{ id: '2', parent: '1' }, { id: '1' }], '1(2)'],
    ['of a chain', [{ id: '3', parent: '2' }, { id: '1' }, { id: '2', parent: '1' }], '1(2(3))'],
    [
      'with children by their start',
      [{ id: '1' }, { id: '2', parent: '1', from: 5 }, { id: '3', parent: '1', from: 4 }],
      '1(3 2)',
    ],
    [
      'with children by their end, if they start together',
      [{ id: '1' }, { id: '2', parent: '1', to: 9 }, { id: '3', parent: '1', to: 8 }],
      '1(3 2)',
    ],
    [
      'with children in the order of arrival, if their times are equal',
      [{ id: '1' }, { id: '3', parent: '1' }, { id: '2', parent: '1' }],
      '1(3 2)',
    ],
    [
      'with roots by their start',
      [
        { id: '1', from: 5 },
        { id: '2', from: 4 },
      ],
      '2 1',
    ],
    ['with a root for a span without its parent', [{ id: '1' }, { id: '2', parent: '9' }], '1 2'],
    ['with a root for an empty parent', [{ id: '1', parentSpanId: '' }], '1'],
    ['for each trace', [{ id: '1' }, { id: '2', parent: '1', traceId: OTHER_TRACE }], '1 2'],
    [
      'with the same ids in two traces',
      [{ id: '1' }, { id: '1', name: 'x', traceId: OTHER_TRACE }, { id: '2', parent: '1' }],
      '1(2) x',
    ],
    [
      'with a span that arrived twice',
      [{ id: '1' }, { id: '2', parent: '1' }, { id: '2', parent: '1' }],
      '1(2 2)',
    ],
    ['with a span that is its own parent as a root', [{ id: '1' }, { id: '2', parent: '2' }], '1 2'],
    [
      'with the first of two spans that are parents of each other as a root',
      [
        { id: '3', parent: '2', from: 5 },
        { id: '2', parent: '3' },
      ],
      '2(3)',
    ],
    [
      'with the children of such a span',
      [
        { id: '2', parent: '2' },
        { id: '3', parent: '2' },
      ],
      '2(3)',
    ],
    [
      'with a circle of three',
      [
        { id: '2', parent: '4' },
        { id: '3', parent: '2' },
        { id: '4', parent: '3' },
      ],
      '2(3(4))',
    ],
  ])('%s', (_, spans, expected) => {
    expect(shape(...spans)).toBe(expected)
    const given = makeSpans(...spans)
    expect(toTrees(given).flatMap(flatten)).toHaveLength(given.length)
  })

  test('with times that differ by a nanosecond', () => {
    const at = (id: string, startTimeUnixNano: string) => ({ id, parent: '1', startTimeUnixNano })
    expect(shape({ id: '1' }, at('2', '1796126400000000002'), at('3', '1796126400000000001'))).toBe('1(3 2)')
  })

  test('which are flattened from the root downwards', () => {
    const [tree] = toTrees(
      makeSpans(
        { id: '1' },
        { id: '2', parent: '1' },
        { id: '3', parent: '2' },
        { id: '4', parent: '1', from: 1 },
      ),
    )
    expect(tree && flatten(tree).map(({ name }) => name)).toEqual(['1', '2', '3', '4'])
  })
})

describe('trees are drawn', () => {
  const draw = (...spans: readonly TestSpan[]) =>
    drawTrees(toTrees(makeSpans(...spans)))
      .split('\n')
      .slice(1)

  test('with a line for each trace and each span', () => {
    const trees = toTrees(makeSpans({ id: '1' }, { id: '2', parent: '1', traceId: OTHER_TRACE }))
    expect(drawTrees(trees)).toBe(
      [
        `trace ${'a'.repeat(32)}`,
        '  shop "1" SERVER 100.0 ms',
        `trace ${OTHER_TRACE}`,
        `  shop "2" SERVER 100.0 ms (parent ${idOf('1')})`,
      ].join('\n'),
    )
  })

  test.each<[string, TestSpan, string]>([
    ['its service', { service: 'cart' }, '  cart "1" SERVER 100.0 ms'],
    ['its name, as it is', { name: 'GET "/a"' }, '  shop "GET "/a"" SERVER 100.0 ms'],
    ['its kind', { kind: 3 }, '  shop "1" CLIENT 100.0 ms'],
    ['an unknown kind', { kind: 9 }, '  shop "1" UNSPECIFIED 100.0 ms'],
    ['an error', { status: { code: 2 } }, '  shop "1" SERVER ERROR 100.0 ms'],
    ['no mark of success', { status: { code: 1 } }, '  shop "1" SERVER 100.0 ms'],
    ['no duration', { to: 0 }, '  shop "1" SERVER 0.0 ms'],
    ['a rounded duration', { to: 1.26 }, '  shop "1" SERVER 1.3 ms'],
    ['a parent that did not arrive', { parent: '9' }, `  shop "1" SERVER 100.0 ms (parent ${idOf('9')})`],
  ])('with %s', (_, span, line) => {
    expect(draw(span)).toEqual([line])
  })

  test('with children below their parent', () => {
    expect(draw({ id: '1' }, { id: '2', parent: '1' }, { id: '3', parent: '2' })).toEqual([
      '  shop "1" SERVER 100.0 ms',
      '    shop "2" SERVER 100.0 ms',
      '      shop "3" SERVER 100.0 ms',
    ])
  })
})
