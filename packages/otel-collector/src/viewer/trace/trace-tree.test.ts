import { describe, expect, test } from 'vitest'
import { built, id, span, treeOf } from '../../../test/letter-spans.ts'
import { attribute, EIGHT_O_CLOCK, makeRequest, spanAt } from '../../../test/otlp.ts'
import { buildTree, firstFailure, type SpanNode } from './trace-tree.ts'
import { ancestorIds, visibleRows } from './visible-rows.ts'

/** `a(b(c) d)` */
function draw(nodes: readonly SpanNode[]): string {
  return nodes
    .map(({ span: { name }, children }) => (children.length > 0 ? `${name}(${draw(children)})` : name))
    .join(' ')
}

describe('a tree', () => {
  test('a tree without spans is undefined', () => {
    expect(buildTree([])).toBeUndefined()
    expect(buildTree(makeRequest('shop', []).resourceSpans)).toBeUndefined()
  })

  test('children are in the order of their start', () => {
    const tree = treeOf(
      span('d', 'a', [30, 5]),
      span('c', 'b', [12, 5]),
      span('b', 'a', [10, 10]),
      span('a', '', [0, 100]),
    )
    expect(draw(tree.roots)).toBe('a(b(c) d)')
    expect(tree.byId.get(id('c'))).toMatchObject({ depth: 2, startNano: 12e6, durationNano: 5e6 })
    expect(tree.byId.get(id('a'))).toMatchObject({ depth: 0, descendants: 3 })
  })

  test('a tree lasts from the first start to the last end of its spans', () => {
    const tree = treeOf(span('a', '', [0, 10]), span('b', 'a', [-5, 3]), span('c', 'a', [5, 50]))
    expect(tree).toMatchObject({
      startUnixMillis: Number(EIGHT_O_CLOCK / 1_000_000n) - 5,
      durationNano: 60e6,
    })
    expect(tree.byId.get(id('a'))?.startNano).toBe(5e6)
  })

  test('times keep microseconds that a double of nanoseconds would lose', () => {
    const start = EIGHT_O_CLOCK + 1_001n
    const tree = treeOf(
      span('a', '', [0, 0], { startTimeUnixNano: String(start), endTimeUnixNano: String(start + 7n) }),
    )
    expect(tree.durationNano).toBe(7)
    expect(tree.startUnixMillis).toBe(Number(EIGHT_O_CLOCK / 1_000_000n) + 0.001)
  })

  test('spans whose parent is missing are marked and placed after the root', () => {
    const tree = treeOf(span('x', 'y', [-10, 5]), span('a', '', [0, 10]), span('b', 'a', [1, 1]))
    expect(draw(tree.roots)).toBe('a(b) x')
    expect(tree.orphanCount).toBe(1)
    expect(tree.byId.get(id('x'))?.isOrphan).toBe(true)
    expect(tree.byId.get(id('a'))?.isOrphan).toBe(false)
  })

  test('the first failed span without a failed child is where a trace failed', () => {
    const failed = { status: { code: 2 } }
    const tree = treeOf(
      span('a', '', [0, 100], failed),
      span('b', 'a', [50, 10], failed),
      span('c', 'a', [10, 10], failed),
      span('d', 'c', [12, 5], failed),
      span('e', 'd', [13, 1]),
    )
    expect(firstFailure(tree)?.span.name).toBe('d')
    expect(firstFailure(treeOf(span('a', '', [0, 1])))).toBeUndefined()
  })

  test('the ancestors of a failed span are marked', () => {
    const failed = { status: { code: 2 } }
    const tree = treeOf(
      span('a', '', [0, 10]),
      span('b', 'a', [1, 5]),
      span('c', 'b', [2, 1], failed),
      span('d', 'a', [7, 1]),
    )
    const marks = [...tree.byId.values()].map(({ span: { name }, isError, hasErrorBelow }) => [
      name,
      isError,
      hasErrorBelow,
    ])
    expect(marks.toSorted()).toEqual([
      ['a', false, true],
      ['b', false, true],
      ['c', true, false],
      ['d', false, false],
    ])
    expect(tree.errorCount).toBe(1)
  })

  test('spans and failures are counted by service, in the order of the tree', () => {
    const tree = built([
      ...makeRequest('shop', [span('b', 'a', [5, 1]), span('c', 'a', [6, 1], { status: { code: 2 } })])
        .resourceSpans,
      ...makeRequest('web', [span('a', '', [0, 10])]).resourceSpans,
      {
        resource: { attributes: [] },
        scopeSpans: [{ scope: { name: '' }, spans: [span('d', 'a', [7, 1])] }],
      },
      { resource: { attributes: [attribute('service.name', 7)] }, scopeSpans: [] },
    ])
    expect(tree.services).toEqual([
      { name: 'web', spanCount: 1, errors: 0 },
      { name: 'shop', spanCount: 2, errors: 1 },
      { name: 'unknown_service', spanCount: 1, errors: 0 },
    ])
  })

  test('every span of a circle of parents is shown', () => {
    const tree = treeOf(
      span('a', '', [0, 1]),
      span('b', 'c', [1, 1]),
      span('c', 'b', [2, 1]),
      span('d', 'd', [3, 1]),
    )
    expect(tree.byId.size).toBe(4)
    expect(visibleRows(tree, new Set()).map(({ span: { name } }) => name)).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each([
    ['deeper', 20_000, (index: number) => index - 1],
    ['wider', 130_000, () => 0],
  ])('a tree can be %s than the call stack', (_, many, parentOf) => {
    const hex = (index: number) => (index + 1).toString(16).padStart(16, '0')
    const spans = Array.from({ length: many }, (_, index) =>
      spanAt(0, 1, { spanId: hex(index), ...(index > 0 && { parentSpanId: hex(parentOf(index)) }) }),
    )
    const tree = built(makeRequest('shop', spans).resourceSpans)
    expect(tree.roots[0]?.descendants).toBe(many - 1)
    expect(visibleRows(tree, new Set()).length).toBe(many)
  })
})

describe('the rows', () => {
  const tree = treeOf(
    span('a', '', [0, 100]),
    span('b', 'a', [1, 10]),
    span('c', 'b', [2, 5]),
    span('d', 'a', [20, 10]),
  )
  const names = (...collapsed: readonly string[]) =>
    visibleRows(tree, new Set(collapsed.map(id))).map(({ span: { name } }) => name)

  test('rows are all spans, parents before children', () => {
    expect(names()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('spans below a collapsed span have no row', () => {
    expect(names('b')).toEqual(['a', 'b', 'd'])
    expect(names('a', 'b')).toEqual(['a'])
    expect(names('d', 'z')).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a span has a row when all spans above it are expanded', () => {
    const node = tree.byId.get(id('c'))
    expect(node && ancestorIds(node)).toEqual([id('b'), id('a')])
  })
})
