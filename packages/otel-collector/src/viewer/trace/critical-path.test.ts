import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { built, span, treeOf } from '../../../test/letter-spans.ts'
import { attribute, makeRequest } from '../../../test/otlp.ts'
import { criticalPath, segmentsOf, timeByOperation, timeByService } from './critical-path.ts'
import { mainSpan, type TraceTree } from './trace-tree.ts'

/** The path in order, in milliseconds: `a 0-10, b 10-90`. */
function drawPath(tree: TraceTree): string {
  const parts = [...criticalPath(mainSpan(tree))].flatMap(([node, segments]) =>
    segments.map(({ startNano, endNano }) => ({
      at: startNano,
      text: `${node.span.name} ${startNano / 1e6}-${endNano / 1e6}`,
    })),
  )
  return parts
    .sort((one, other) => one.at - other.at)
    .map(({ text }) => text)
    .join(', ')
}

describe('the critical path', () => {
  test.each([
    ['a span alone', [span('a', '', [0, 10])], 'a 0-10'],
    [
      'children one after the other, and the gaps between them',
      [span('a', '', [0, 100]), span('b', 'a', [10, 20]), span('c', 'a', [50, 40])],
      'a 0-10, b 10-30, a 30-50, c 50-90, a 90-100',
    ],
    [
      'of parallel children, the one that ends last',
      [span('a', '', [0, 100]), span('b', 'a', [10, 80]), span('c', 'a', [10, 50])],
      'a 0-10, b 10-90, a 90-100',
    ],
    [
      'not a child that still ran when the next one on the path began',
      [span('a', '', [0, 100]), span('b', 'a', [0, 60]), span('c', 'a', [50, 50])],
      'a 0-50, c 50-100',
    ],
    [
      'grandchildren',
      [span('a', '', [0, 100]), span('b', 'a', [10, 80]), span('c', 'b', [20, 30])],
      'a 0-10, b 10-20, c 20-50, b 50-90, a 90-100',
    ],
    [
      'a child that ends after its parent, up to the end of the parent',
      [span('a', '', [0, 100]), span('b', 'a', [80, 100])],
      'a 0-80, b 80-100',
    ],
    [
      'a child whose clock is behind, from the start of its parent',
      [span('a', '', [50, 50]), span('b', 'a', [0, 60])],
      'b 50-60, a 60-100',
    ],
    [
      'no child that starts after the end of its parent, like a consumer',
      [span('a', '', [0, 10]), span('b', 'a', [50, 50])],
      'a 0-10',
    ],
    ['no child without a duration', [span('a', '', [0, 10]), span('b', 'a', [5, 0])], 'a 0-10'],
    ['no span of another root', [span('a', '', [0, 10]), span('x', 'y', [0, 50])], 'a 0-10'],
    ['nothing for a root without a duration', [span('a', '', [0, 0]), span('b', 'a', [0, 5])], ''],
    [
      'of a page load below the span of its HTML, the page load',
      [
        span('h', '', [0, 20]),
        span('l', 'h', [5, 200], { attributes: [attribute('throughline.action.type', 'pageload')] }),
        span('b', 'l', [100, 50]),
      ],
      'l 5-100, b 100-150, l 150-205',
    ],
  ])('the path contains %s', (_, spans, expected) => {
    expect(drawPath(treeOf(...spans))).toBe(expected)
  })

  test('the segments of any tree fill the main span without a gap or an overlap', () => {
    const times = fc.tuple(fc.integer({ min: -50, max: 150 }), fc.integer({ min: 0, max: 120 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), times), { maxLength: 30 }), (children) => {
        const letters = Array.from({ length: children.length + 1 }, (_, index) =>
          String.fromCharCode(97 + index),
        )
        const spans = children.map(([parent, time], index) =>
          span(letters[index + 1] ?? '', letters[parent % (index + 1)] ?? '', time),
        )
        const tree = treeOf(span('a', '', [0, 100]), ...spans)
        const root = mainSpan(tree)
        if (!root) throw new Error('no root')
        const [whole, ...more] = segmentsOf(criticalPath(root), root, true)
        expect(more).toEqual([])
        expect(whole).toEqual({ startNano: root.startNano, endNano: root.startNano + root.durationNano })
      }),
    )
  })

  test('a chain of 20,000 spans has a path', () => {
    const name = (index: number) => String.fromCharCode(index + 1)
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      span(name(index), index === 0 ? '' : name(index - 1), [index, 40_000 - 2 * index]),
    )
    expect(criticalPath(mainSpan(treeOf(...chain))).size).toBe(20_000)
  })

  test('without spans the path is empty', () => {
    expect(criticalPath(undefined).size).toBe(0)
  })
})

test('a collapsed span has the segments of the spans below it, joined', () => {
  const tree = treeOf(span('a', '', [0, 100]), span('b', 'a', [10, 30]), span('c', 'b', [20, 10]))
  const path = criticalPath(mainSpan(tree))
  const [b] = tree.roots[0]?.children ?? []
  if (!b) throw new Error('no child')
  expect(segmentsOf(path, b, false)).toEqual([
    { startNano: 10e6, endNano: 20e6 },
    { startNano: 30e6, endNano: 40e6 },
  ])
  expect(segmentsOf(path, b, true)).toEqual([{ startNano: 10e6, endNano: 40e6 }])
})

test('time is summed up by operation and by service, the longest first', () => {
  const [shop] = makeRequest('shop', [span('a', '', [0, 100]), span('b', 'a', [0, 10])]).resourceSpans
  const [stock] = makeRequest('stock', [
    span('c', 'a', [20, 40], { name: 'read' }),
    span('d', 'a', [60, 30], { name: 'read' }),
  ]).resourceSpans
  const tree = built([shop, stock].filter((part) => part !== undefined))
  const times = timeByOperation(criticalPath(mainSpan(tree)))
  expect(times).toEqual([
    { service: 'stock', name: 'read', spanCount: 2, nanos: 70e6 },
    { service: 'shop', name: 'a', spanCount: 1, nanos: 20e6 },
    { service: 'shop', name: 'b', spanCount: 1, nanos: 10e6 },
  ])
  expect(timeByService(times)).toEqual([
    { service: 'stock', nanos: 70e6 },
    { service: 'shop', nanos: 30e6 },
  ])
})
