/** Undoes one patch. */
export type Restore = () => void

/** Any function of the platform's, seen from a patch. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Replaces a function-valued property by what `make` returns for the original, and returns what puts the original
 * descriptor back. Is somebody else's patch on top of ours by then, it stays: ours is below it, and has become a
 * pass-through. What the platform does not have is left alone.
 */
export function patchMethod(
  target: object | undefined,
  name: string,
  make: (original: Method) => Method,
): Restore {
  return patchProperty(target, name, (own) => {
    if (typeof own.value !== 'function') return undefined
    return { ...own, value: imitate(make(own.value), own.value) }
  })
}

/** Replaces a property's descriptor; `make` returns `undefined` for one that it does not want to touch. */
export function patchProperty(
  target: object | undefined,
  name: string,
  make: (own: PropertyDescriptor) => PropertyDescriptor | undefined,
): Restore {
  const own = target && Object.getOwnPropertyDescriptor(target, name)
  const patched = own?.configurable ? make(own) : undefined
  if (target === undefined || own === undefined || patched === undefined) return nothing
  Object.defineProperty(target, name, patched)
  return () => {
    const now = Object.getOwnPropertyDescriptor(target, name)
    if (now?.value === patched.value && now?.get === patched.get && now?.set === patched.set) {
      Object.defineProperty(target, name, own)
    }
  }
}

/** Gives a stand-in the name and the length of what it stands for. */
function imitate(replacement: Method, original: Method): Method {
  // A proxy shows the original's own.
  if (replacement.name !== original.name) {
    Object.defineProperty(replacement, 'name', { value: original.name, configurable: true })
  }
  if (replacement.length !== original.length) {
    Object.defineProperty(replacement, 'length', { value: original.length, configurable: true })
  }
  return replacement
}

function nothing(): void {}
