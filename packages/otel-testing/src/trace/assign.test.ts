import { expect, test } from 'vitest'
import { assign } from './assign.ts'

/** The candidates of items, in the order of the items, with `-` for an item that gets none. */
function assigned(...candidates: readonly string[]): string {
  return assign(candidates.map((each) => [...each]))
    .map((each) => each ?? '-')
    .join('')
}

test.each([
  ['nothing', [], ''],
  ['one candidate', ['a'], 'a'],
  ['no candidate', [''], '-'],
  ['the first of several candidates', ['ab'], 'a'],
  ['different candidates', ['ab', 'ab'], 'ab'],
  ['fewer candidates than items', ['a', 'a'], 'a-'],
  ['an item with fewer candidates later', ['ab', 'a'], 'ba'],
  ['a chain of such items', ['ab', 'bc', 'a'], 'bca'],
  ['three items that are alike', ['abc', 'abc', 'abc'], 'abc'],
  ['an item that would displace others in vain', ['ab', 'ab', 'ab'], 'ab-'],
  ['an item without candidates between others', ['ab', '', 'a'], 'b-a'],
  ['a long chain', ['ab', 'bc', 'cd', 'de', 'a'], 'bcdea'],
])('items get candidates with %s', (_, candidates, expected) => {
  expect(assigned(...candidates)).toBe(expected)
})

test('as many items as possible get a candidate, in each order', () => {
  const items = ['ab', 'bc', 'ca', 'ad', 'd']
  const orders = permute(items)
  expect(orders).toHaveLength(120)
  for (const order of orders) {
    const found = assign(order.map((item) => [...item]))
    expect(new Set(found).size).toBe(5)
    for (const [index, candidate] of found.entries()) expect(order[index]).toContain(candidate ?? '')
    expect(found[0]).toBeDefined()
  }
})

function permute(items: readonly string[]): string[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) =>
    permute(items.filter((each) => each !== item)).map((rest) => [item, ...rest]),
  )
}
