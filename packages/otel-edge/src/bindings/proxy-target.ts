import { isObject } from '../core/is-object.ts'

const targets = new WeakMap<object, object>()

/** Records the target of a proxy, for `unwrap`. The runtime does not accept a proxy as an argument in place of its target. */
export function setProxyTarget<Target extends object>(proxy: Target, target: object): Target {
  targets.set(proxy, target)
  return proxy
}

/**
 * Replaces proxies by their targets. An array, map, set or plain object that contains proxies is copied. Any other value is
 * returned unchanged.
 */
export function unwrap(value: unknown): unknown {
  return holdsProxy(value, new Set()) ? copyUnwrapped(value, new Map()) : value
}

function holdsProxy(value: unknown, seen: Set<object>): boolean {
  if (!isObject(value) || seen.has(value)) return false
  seen.add(value)
  return targets.has(value) || itemsOf(value).some((item) => holdsProxy(item, seen))
}

/** The items of a container. Getters are not called. */
function itemsOf(value: object): readonly unknown[] {
  if (Array.isArray(value) || value instanceof Set) return [...value]
  if (value instanceof Map) return [...value].flat()
  if (!isPlain(value)) return []
  return Object.values(Object.getOwnPropertyDescriptors(value)).map((property) => property.value as unknown)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function copyUnwrapped(value: unknown, copies: Map<object, object>): unknown {
  if (!isObject(value)) return value
  const known = targets.get(value) ?? copies.get(value)
  if (known) return known
  const inner = (item: unknown) => copyUnwrapped(item, copies)
  const begin = <Copy extends object>(copy: Copy): Copy => {
    copies.set(value, copy)
    return copy
  }
  if (Array.isArray(value)) {
    const copy = begin<unknown[]>([])
    for (const item of value) copy.push(inner(item))
    return copy
  }
  if (value instanceof Map) {
    const copy = begin(new Map())
    for (const [key, item] of value) copy.set(inner(key), inner(item))
    return copy
  }
  if (value instanceof Set) {
    const copy = begin(new Set())
    for (const item of value) copy.add(inner(item))
    return copy
  }
  if (!isPlain(value)) return value
  const copy = begin({})
  for (const [key, item] of Object.entries(value)) Reflect.set(copy, key, inner(item))
  return copy
}
