const targets = new WeakMap<object, object>()

/** Remembers what stands behind a proxy of ours, for when the runtime needs the real thing as an argument. */
export function remember<Target extends object>(proxy: Target, target: object): Target {
  targets.set(proxy, target)
  return proxy
}

/**
 * The runtime's own object behind a proxy of ours, also inside of arrays and plain objects (copied where that is so);
 * everything else as it is.
 */
export function unwrap(value: unknown, depth: number = MAX_DEPTH): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value
  const target = targets.get(value)
  if (target || depth === 0) return target ?? value
  const inner = (item: unknown) => unwrap(item, depth - 1)
  const holdsProxy = (items: readonly unknown[]) => items.some((item) => inner(item) !== item)
  if (Array.isArray(value)) return holdsProxy(value) ? value.map(inner) : value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value)
  return holdsProxy(entries.map(([, item]) => item))
    ? Object.fromEntries(entries.map(([key, item]) => [key, inner(item)]))
    : value
}

/** How deep inside of an argument a stub is looked for. */
const MAX_DEPTH = 3
