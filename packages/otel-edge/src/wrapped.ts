const targets = new WeakMap<object, object>()

/** Remembers what stands behind a proxy of ours, for when the runtime needs the real thing as an argument. */
export function remember<Target extends object>(proxy: Target, target: object): Target {
  targets.set(proxy, target)
  return proxy
}

/** The runtime's own object behind a proxy of ours, also inside an array; everything else as it is. */
export function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function') return value
  if (value === null) return value
  if (Array.isArray(value)) return value.some((item) => unwrap(item) !== item) ? value.map(unwrap) : value
  return targets.get(value) ?? value
}
