import { type Branch, followed } from './branch.ts'

/** A wrapper of a method of a followed object. `call` calls the runtime's method, whose result the wrapper returns. */
export type Around<Target> = (
  call: () => unknown,
  branch: Branch,
  target: Target,
  args: readonly unknown[],
) => unknown

export type Arounds<Target> = Readonly<Record<PropertyKey, Around<Target>>>

/** The inserted prototypes by their base. There can be several `Response` classes: replaced ones, or of another realm. */
const shadows = new WeakMap<object, object>()

/**
 * Shadows methods of an object by inserting a prototype between the object and its prototype. The object remains that of the
 * runtime, so that brand checks and `instanceof` work.
 *
 * @param extend adds other properties to the new prototype.
 */
export function shadow<Target extends object>(
  target: Target,
  branch: Branch,
  methods: Arounds<Target>,
  extend?: (between: object, base: object) => void,
): void {
  const isShadowed = followed.has(target)
  followed.set(target, branch)
  if (isShadowed) return
  const base = Object.getPrototypeOf(target) as object
  let between = shadows.get(base)
  if (!between) {
    between = Object.create(base) as object
    for (const key of Reflect.ownKeys(methods)) shadowMethod(between, base, key, methods[key])
    extend?.(between, base)
    shadows.set(base, between)
  }
  Object.setPrototypeOf(target, between)
}

function shadowMethod<Target extends object>(
  between: object,
  base: object,
  key: PropertyKey,
  around: Around<Target> | undefined,
): void {
  const original: unknown = Reflect.get(base, key)
  if (typeof original !== 'function' || !around) return
  // A proxy keeps the name and the length of the runtime's method, and is not a constructor if the method is not.
  const value = new Proxy(original, {
    apply(_, self: Target, args: unknown[]) {
      const call = () => Reflect.apply(original, self, args) as unknown
      const branch = followed.get(self)
      return branch ? around(call, branch, self, args) : call()
    },
  })
  Object.defineProperty(between, key, { value, writable: true, enumerable: true, configurable: true })
}
