/**
 * Creates a replacement for an options object that a caller passes to the platform. The platform still decides which
 * members it reads, in which order and how often. For each value, the platform gets what `map` returns.
 */
export function readThrough(source: object, map: (value: unknown, name: PropertyKey) => unknown): object {
  // The target is a new object: a Proxy of a frozen source could not return other values. The getters of the source are
  // called with the source as `this`.
  return new Proxy(
    {},
    {
      // WebKit checks with `in` before it reads a member.
      has: (_, name) => name in source,
      get: (_, name) => map(Reflect.get(source, name), name),
    },
  )
}
