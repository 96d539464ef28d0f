import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitBySize } from './split-by-size.ts'

const identity = (size: number) => size
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0)

test.each([
  ['an empty list has no groups', [], []],
  ['items within the limit are one group', [3, 3, 4], [[3, 3, 4]]],
  [
    'the item that does not fit begins the next group',
    [3, 3, 5, 5],
    [
      [3, 3],
      [5, 5],
    ],
  ],
  ['an item that is larger than a group is alone', [1, 50, 1], [[1], [50], [1]]],
  ['a first item that is too large is alone', [50, 1], [[50], [1]]],
  ['empty items take no room', [10, 0, 0, 1], [[10, 0, 0], [1]]],
] as const)('%s', (_, sizes, groups) => {
  expect(splitBySize(sizes, 10, identity)).toEqual(groups)
})

test('all items are kept in order, and each group is as small as its items allow', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 })), fc.nat({ max: 40 }), (sizes, maxSize) => {
      const groups = splitBySize(sizes, maxSize, identity)
      expect(groups.flat()).toEqual(sizes)
      for (const [index, group] of groups.entries()) {
        expect(group.length).toBeGreaterThan(0)
        expect(group.length === 1 || sum(group) <= maxSize).toBe(true)
        const next = groups[index + 1]?.[0]
        if (next !== undefined) expect(sum(group) + next).toBeGreaterThan(maxSize)
      }
    }),
  )
})
