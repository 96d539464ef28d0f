/** Undoes one patch. */
export type Restore = () => void

/**
 * Replaces a property by what `make` returns for the original, and returns what puts the original descriptor back.
 * Is there somebody else's patch on top of ours by then, it stays: ours is below it and has become a pass-through.
 */
export function patchMethod<T extends object, K extends keyof T & string>(
  target: T | undefined,
  name: K,
  make: (original: T[K]) => T[K],
): Restore {
  if (target === undefined) return nothing
  const own = Object.getOwnPropertyDescriptor(target, name)
  if (own === undefined || typeof own.value !== 'function' || own.configurable === false) return nothing
  const replacement = make(own.value)
  imitate(replacement, own.value)
  Object.defineProperty(target, name, { ...own, value: replacement })
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== replacement) return
    Object.defineProperty(target, name, own)
  }
}

/** Gives a stand-in the name and the length of what it stands for. */
function imitate(replacement: unknown, original: unknown): void {
  if (typeof replacement !== 'function' || typeof original !== 'function') return
  Object.defineProperty(replacement, 'name', { value: original.name, configurable: true })
  Object.defineProperty(replacement, 'length', { value: original.length, configurable: true })
}

function nothing(): void {}
