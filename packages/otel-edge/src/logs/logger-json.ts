/**
 * Encodes any value as JSON. Values that JSON cannot express become strings: a BigInt its digits, an Error its stack, a
 * circular reference `[circular]`. Returns `undefined` for a value that throws when it is read.
 *
 * @param isSecret whether the value of a key is redacted. Default: no value is.
 */
export function toJson(value: unknown, isSecret: (key: string) => boolean = () => false): string | undefined {
  const ancestors: unknown[] = []
  function replace(this: unknown, key: string, item: unknown): unknown {
    if (isSecret(key) && typeof item !== 'boolean') return 'REDACTED'
    if (typeof item === 'bigint') return String(item)
    if (item instanceof Error) return item.stack ?? String(item)
    if (typeof item !== 'object' || item === null) return item
    // Removes the objects whose fields have all been visited.
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
