import { expect, test } from 'vitest'
import { assign } from './assign.ts'

/** The candidates of items, in the order of the items, with `-` for an item that gets none. */
function assigned(candidates: Readonly<Record<string, string>>): string {
  const items = Object.keys(candidates)
  const found = assign(items, (item) => [...(candidates[item] ?? '')])
  return items.map((item) => found.get(item) ?? '-').join('')
}

test.each([
  ['nothing', {}, ''],
  ['one candidate', { x: 'a' }, 'a'],
  ['no candidate', { x: '' }, '-'],
  ['the first of several candidates', { x: 'ab' }, 'a'],
  ['different candidates', { x: 'ab', y: 'ab' }, 'ab'],
  ['fewer candidates than items', { x: 'a', y: 'a' }, 'a-'],
  ['an item with fewer candidates later', { x: 'ab', y: 'a' }, 'ba'],
  ['a chain of such items', { x: 'ab', y: 'bc', z: 'a' }, 'bca'],
  ['three items that are alike', { x: 'abc', y: 'abc', z: 'abc' }, 'abc'],
  ['an item that would displace others in vain', { x: 'ab', y: 'ab', z: 'ab' }, 'ab-'],
  ['an item without candidates between others', { x: 'ab', y: '', z: 'a' }, 'b-a'],
  ['a long chain', { p: 'ab', q: 'bc', r: 'cd', s: 'de', t: 'a' }, 'bcdea'],
])('items get candidates with %s', (_, candidates, expected) => {
  expect(assigned(candidates)).toBe(expected)
})

test('as many items as possible get a candidate, in each order', () => {
  const items = ['ab', 'bc', 'ca', 'ad', 'd']
  const orders = permute(items)
  expect(orders).toHaveLength(120)
  for (const order of orders) {
    const found = assign(order, (item) => [...item])
    expect([found.size, new Set(found.values()).size]).toEqual([4, 4])
    for (const [item, candidate] of found) expect(item).toContain(candidate)
    expect(found.has(order[0] ?? '')).toBe(true)
  }
})

function permute(items: readonly string[]): string[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) =>
    permute(items.filter((each) => each !== item)).map((rest) => [item, ...rest]),
  )
}
