import { type ClientSpan, withClientSpan } from './client-span.ts'
import type { Sdk } from './sdk.ts'
import { remember, unwrap } from './wrapped.ts'

/** A binding as the environment names it. */
export interface Bound {
  readonly name: string
  readonly sdk: Sdk
}

/** What one kind of the runtime's objects does. Methods and properties not named pass through. */
export interface Kind {
  /** Methods that are spans. */
  readonly spans?: Readonly<Record<string, (bound: Bound, args: readonly unknown[]) => ClientSpan>>
  /** Methods that give back objects with spans of their own. */
  readonly gives?: Readonly<Record<string, (args: readonly unknown[]) => Kind>>
  /** Properties that are objects with spans of their own. */
  readonly holds?: Readonly<Record<string, Kind>>
  /** Methods replaced whole, for what carries the context on; `undefined` for those that are not. */
  readonly replaces?: (
    target: object,
    method: string,
    bound: Bound,
  ) => ((...args: never[]) => unknown) | undefined
}

/** The object with its calls traced. It passes for the original: same class, same types, `this` the original itself. */
export function wrapObject<Target extends object>(target: Target, kind: Kind, bound: Bound): Target {
  const members = new Map<string | symbol, unknown>()
  const proxy = new Proxy(target, {
    get(_, key) {
      const known = members.get(key)
      if (known !== undefined) return known
      // The runtime's objects check their receiver, so they get themselves, never the proxy.
      const value: unknown = Reflect.get(target, key, target)
      if (typeof key === 'symbol') return value
      const held = kind.holds?.[key]
      const member =
        typeof value === 'function'
          ? (kind.replaces?.(target, key, bound) ?? wrapMethod(target, key, value, kind, bound))
          : held && typeof value === 'object' && value !== null
            ? wrapObject(value, held, bound)
            : undefined
      if (member === undefined) return value
      members.set(key, member)
      return member
    },
  })
  return remember(proxy, target)
}

function wrapMethod(target: object, key: string, method: unknown, kind: Kind, bound: Bound): unknown {
  // A class that is held by the object (`env.NS.Class`) is no method.
  if (key === 'constructor') return method
  const describe = kind.spans?.[key]
  const given = kind.gives?.[key]
  return (...wrappedArgs: unknown[]) => {
    const args = wrappedArgs.map((arg) => unwrap(arg))
    const callIt = (): unknown => Reflect.apply(method as () => unknown, target, args)
    const value = describe ? withClientSpan(() => describe(bound, args), callIt) : callIt()
    if (!given) return value
    const wrapGiven = (result: unknown) =>
      typeof result === 'object' && result !== null ? wrapObject(result, given(args), bound) : result
    return value instanceof Promise ? value.then(wrapGiven) : wrapGiven(value)
  }
}
