/** Undoes one patch. */
export type Restore = () => void

/** A function of the platform, as patches see it. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/** The function that a patch runs in place of `stock`. */
export type Replacement = (stock: Method, self: unknown, args: unknown[]) => unknown

/** The functions of this module that the extras use. */
export interface Patches {
  readonly patchClass: typeof patchClass
  readonly patchMethod: typeof patchMethod
  readonly unpatchable: typeof unpatchable
}

// Captured because a page may replace the methods of `Function.prototype` and of `Reflect`.
const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect

/**
 * Cache: names of functions that could not be patched because the page has made them read-only. Bounded, since the SDK
 * patches only a few dozen functions.
 */
const refused = new Set<string>()

/** The names of functions that could not be patched, for `health()`. */
export function unpatchable(): string[] {
  return [...refused]
}

/** Calls a function of the platform. */
export function call(stock: Method, self: unknown, args: readonly unknown[]): unknown {
  return apply(stock, self, args)
}

/** Creates a function that passes `this` and its arguments to `run`, to replace a callback of the page. */
export function callbackOf(run: (self: unknown, args: unknown[]) => unknown): Method {
  return function (this: unknown, ...args) {
    return run(this, args)
  }
}

/**
 * Creates a replacement for a function of the platform. A proxy has the name, length, source text and own properties of
 * the original, and is a constructor only if the original is one.
 */
export function replace<F extends Method>(stock: F, replacement: Replacement): F {
  return new Proxy<Method>(stock, withoutPrototype({ apply: replacement })) as F
}

/**
 * Patches a method. Returns a function that restores the original descriptor. If another patch was installed on top by
 * then, both stay, and this one passes calls through. A method that does not exist is not patched.
 */
export function patchMethod(
  target: object | undefined,
  name: PropertyKey,
  replacement: Replacement,
): Restore {
  return patchProperty(target, name, ({ value, ...own }) => {
    if (typeof value === 'function') return { ...own, value: replace(value as Method, replacement) }
    // The page has replaced the method by an accessor.
    if (own.get) refused.add(String(name))
    return undefined
  })
}

/**
 * Patches a global class. `make` creates the instances. `constructor` of their prototype is set to the patched class,
 * so that it equals the global, as for an unpatched class.
 */
export function patchClass(
  name: string,
  make: (build: (args: unknown[]) => object, args: unknown[]) => object,
): Restore {
  let prototype: object | undefined
  let patched: unknown
  const restore = patchProperty(globalThis, name, ({ value, ...own }) => {
    if (typeof value !== 'function') return undefined
    const handler: ProxyHandler<Method> = {
      construct: (stock, args, newTarget) =>
        make((own) => construct(stock, own, newTarget === patched ? stock : newTarget), args),
    }
    patched = new Proxy(value as Method, withoutPrototype(handler))
    prototype = value.prototype as object
    return { ...own, value: patched }
  })
  const restoreConstructor = patchProperty(prototype, 'constructor', (own) => ({ ...own, value: patched }))
  return () => {
    restoreConstructor()
    restore()
  }
}

/** Replaces the descriptor of a property. If `make` returns `undefined`, the property is left unchanged. */
export function patchProperty(
  target: object | undefined,
  name: PropertyKey,
  make: (own: PropertyDescriptor) => PropertyDescriptor | undefined,
): Restore {
  const found = target && getOwnPropertyDescriptor(target, name)
  if (target === undefined || found === undefined) return nothing
  // Descriptors are read with inheritance, so a `get` that a page has set on `Object.prototype` would be used.
  const own = withoutPrototype({ ...found })
  const made = make(own)
  const patched = made && withoutPrototype(made)
  if (patched === undefined) return nothing
  if (own.writable === false || !defineProperty(target, name, patched)) {
    refused.add(String(name))
    return nothing
  }
  return () => {
    const now = withoutPrototype({ ...getOwnPropertyDescriptor(target, name) })
    if (now.value === patched.value && now.get === patched.get && now.set === patched.set) {
      defineProperty(target, name, own)
    }
  }
}

/** Removes the prototype of an object, so that properties that a page has set on `Object.prototype` are not read. */
export function withoutPrototype<T extends object>(object: T): T {
  return Object.setPrototypeOf(object, null)
}

function nothing(): void {}
