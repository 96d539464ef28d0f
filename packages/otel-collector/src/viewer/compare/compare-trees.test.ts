import { expect, test } from 'vitest'
import { span, treeOf } from '../../../test/letter-spans.ts'
import type { TraceTree } from '../trace/trace-tree.ts'
import { compareTimes, compareTrees } from './compare-trees.ts'

/** The rows with the durations in milliseconds: `a 10/20`, `b 5/-`, indented by depth. */
function draw(first: TraceTree, second: TraceTree): string[] {
  const millis = (nanos: number | undefined) => (nanos === undefined ? '-' : nanos / 1e6)
  return compareTrees(first, second).map(
    ({ name, depth, first, second }) =>
      `${' '.repeat(depth)}${name} ${millis(first?.durationNano)}/${millis(second?.durationNano)}`,
  )
}

test('spans with the same name below the same span are paired', () => {
  const first = treeOf(span('a', '', [0, 100]), span('b', 'a', [10, 20]), span('c', 'b', [12, 5]))
  const second = treeOf(span('a', '', [0, 150]), span('b', 'a', [10, 70]), span('c', 'b', [12, 50]))
  expect(draw(first, second)).toEqual(['a 100/150', ' b 20/70', '  c 5/50'])
})

test('a span that one trace lacks is in its place by time, with the spans below it', () => {
  const first = treeOf(span('a', '', [0, 100]), span('b', 'a', [10, 5]), span('d', 'a', [50, 5]))
  const second = treeOf(
    span('a', '', [0, 100]),
    span('b', 'a', [10, 5]),
    span('c', 'a', [30, 9]),
    span('e', 'c', [31, 1]),
  )
  expect(draw(first, second)).toEqual(['a 100/100', ' b 5/5', ' c -/9', '  e -/1', ' d 5/-'])
})

test('repeated spans are paired in the order of their start', () => {
  const query = { name: 'SELECT' }
  const first = treeOf(
    span('a', '', [0, 100]),
    span('b', 'a', [10, 1], query),
    span('c', 'a', [20, 2], query),
  )
  const second = treeOf(
    span('a', '', [0, 100]),
    span('b', 'a', [10, 3], query),
    span('c', 'a', [20, 4], query),
    span('d', 'a', [30, 5], query),
  )
  expect(draw(first, second)).toEqual(['a 100/100', ' SELECT 1/3', ' SELECT 2/4', ' SELECT -/5'])
})

test('traces without a common span are shown one after the other', () => {
  expect(draw(treeOf(span('a', '', [0, 1])), treeOf(span('b', '', [0, 2])))).toEqual(['a 1/-', 'b -/2'])
})

test('spans of different kinds are different spans', () => {
  const rows = draw(treeOf(span('a', '', [0, 1], { kind: 2 })), treeOf(span('a', '', [0, 2], { kind: 3 })))
  expect(rows).toEqual(['a 1/-', 'a -/2'])
})

test('a chain of 20,000 spans is compared', () => {
  const name = (index: number) => String.fromCharCode(index + 1)
  const chain = treeOf(
    ...Array.from({ length: 20_000 }, (_, index) =>
      span(name(index), index === 0 ? '' : name(index - 1), [index, 40_000 - 2 * index]),
    ),
  )
  expect(compareTrees(chain, chain)).toHaveLength(20_000)
})

test('operations on the critical paths are sorted by their difference', () => {
  const first = treeOf(span('a', '', [0, 100]), span('b', 'a', [10, 20]))
  const second = treeOf(span('a', '', [0, 150]), span('b', 'a', [10, 80]), span('c', 'a', [100, 5]))
  expect(compareTimes(first, second)).toEqual([
    { service: 'shop', name: 'b', first: 20e6, second: 80e6 },
    { service: 'shop', name: 'a', first: 80e6, second: 65e6 },
    { service: 'shop', name: 'c', first: 0, second: 5e6 },
  ])
})
