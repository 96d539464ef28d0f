/**
 * JSON of whatever a program logs. What JSON cannot hold is told in words: a BigInt by its digits, an Error by its stack,
 * a cycle as such. Never throws: what throws when it is looked at gives `undefined`.
 *
 * @param isSecret names whose values are left out. Default: none.
 */
export function toJson(value: unknown, isSecret: (key: string) => boolean = () => false): string | undefined {
  const ancestors: unknown[] = []
  function replace(this: unknown, key: string, item: unknown): unknown {
    if (isSecret(key) && typeof item !== 'boolean') return 'REDACTED'
    if (typeof item === 'bigint') return String(item)
    if (item instanceof Error) return item.stack ?? String(item)
    if (typeof item !== 'object' || item === null) return item
    // What was looked through before is an ancestor only as long as its own fields are.
    while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
    if (ancestors.includes(item)) return '[circular]'
    ancestors.push(item)
    return item
  }
  try {
    return JSON.stringify(value, replace) ?? String(value)
  } catch {
    return undefined
  }
}
