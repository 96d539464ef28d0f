/** A class of the platform's that may be missing. */
export interface PlatformClass {
  readonly prototype: object
}

/** Looks a class or function of the global scope up by name, `undefined` where the browser has none. */
export function platformClass(name: string): PlatformClass | undefined {
  const found = (globalThis as unknown as Record<string, unknown>)[name]
  return typeof found === 'function' ? (found as unknown as PlatformClass) : undefined
}
