/** A class of the platform that not every browser has. */
export interface PlatformClass {
  readonly prototype: object
}

/** Returns a global class or function by name. Undefined if the browser does not have it. */
export function platformClass(name: string): PlatformClass | undefined {
  const found = (globalThis as unknown as Record<string, unknown>)[name]
  return typeof found === 'function' ? (found as unknown as PlatformClass) : undefined
}

/**
 * The prototype of the native `XMLHttpRequest`. A page may have replaced the global by a subclass, or by a function
 * that returns native objects.
 */
export function xhrPrototype(): object | undefined {
  if (!('XMLHttpRequest' in globalThis)) return undefined
  let found: object = XMLHttpRequest.prototype
  if (!(found instanceof XMLHttpRequestEventTarget)) found = new XMLHttpRequest()
  const { prototype } = XMLHttpRequestEventTarget
  for (let next: object | null = found; next && next !== prototype; next = Object.getPrototypeOf(next))
    found = next
  return found
}

export function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/**
 * Converts an argument to a string. An object is replaced by the result in `args`, so that it is converted only once.
 */
export function textAt(args: unknown[], index: number): string {
  const value = args[index]
  if (isObject(value)) args[index] = `${value}`
  return String(args[index])
}
