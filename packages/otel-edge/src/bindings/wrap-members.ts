import { isObject } from '../core/is-object.ts'

/**
 * Creates a proxy of an object whose members are wrapped at their first use. Properties that the app sets are not wrapped.
 *
 * @param wrap returns the wrapper of a member, which is a method or an object.
 */
export function wrapMembers<Target extends object>(
  target: Target,
  wrap: (key: string, value: object) => unknown,
): Target {
  const members = new Map<PropertyKey, { readonly value: unknown; readonly member: unknown }>()
  const set = new WeakSet<object>()
  const memberOf = (key: string | symbol, value: unknown): unknown => {
    const known = members.get(key)
    if (known && known.value === value) return known.member
    if (typeof key === 'symbol' || !isObject(value) || set.has(value)) return value
    const member = isFixed(target, key) ? value : wrap(key, value)
    members.set(key, { value, member })
    return member
  }
  return new Proxy(target, {
    // The receiver is the target and not the proxy, since getters of the runtime's objects check their receiver.
    get: (_, key) => memberOf(key, Reflect.get(target, key, target)),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(target, key)
      return descriptor && 'value' in descriptor
        ? { ...descriptor, value: memberOf(key, descriptor.value) }
        : descriptor
    },
    defineProperty(_, key, descriptor) {
      const value: unknown = descriptor.value
      members.delete(key)
      if (isObject(value)) set.add(value)
      return Reflect.defineProperty(target, key, descriptor)
    },
  })
}

/**
 * Whether a proxy must return the property unchanged, as for the properties of a frozen object.
 *
 * @see https://tc39.es/ecma262/#sec-proxy-object-internal-methods-and-internal-slots-get-p-receiver
 */
function isFixed(target: object, key: PropertyKey): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(target, key)
  return descriptor !== undefined && !descriptor.configurable && !descriptor.writable
}
