/**
 * Splits items into groups whose sizes add up to at most `maxSize`, in order. An item that is larger gets a group of its
 * own. No group is empty.
 */
export function splitBySize<Item>(
  items: readonly Item[],
  maxSize: number,
  sizeOf: (item: Item) => number,
): Item[][] {
  const groups: Item[][] = []
  let group: Item[] | undefined
  let size = 0
  for (const item of items) {
    const added = sizeOf(item)
    size += added
    if (!group || size > maxSize) {
      group = []
      groups.push(group)
      size = added
    }
    group.push(item)
  }
  return groups
}
