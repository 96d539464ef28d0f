import { attachState, stateOf } from './attached-state.ts'

/** A wrapper of a method of a followed object. `call` calls the runtime's method, whose result the wrapper returns. */
export type Around<Target, State> = (
  call: () => unknown,
  state: State,
  target: Target,
  args: readonly unknown[],
) => unknown

export type Arounds<Target, State> = Readonly<Record<PropertyKey, Around<Target, State>>>

/** The inserted prototypes by their base. There can be several `Response` classes: replaced ones, or of another realm. */
const shadows = new WeakMap<object, object>()

/**
 * Shadows methods of an object by inserting a prototype between the object and its prototype. The object remains that of the
 * runtime, so that brand checks and `instanceof` work. Has no effect on a frozen object.
 *
 * @param state is passed to the wrappers of the methods. It replaces the state of an object that is shadowed already.
 * @param extend adds other properties to the new prototype.
 */
export function shadow<Target extends object, State extends object>(
  target: Target,
  state: State,
  methods: Arounds<Target, State>,
  extend?: (between: object, base: object) => void,
): void {
  if (attachState(target, state)) return
  const base = Object.getPrototypeOf(target) as object
  let between = shadows.get(base)
  if (!between) {
    between = Object.create(base) as object
    for (const key of Reflect.ownKeys(methods)) {
      const around = methods[key] as Around<object, object>
      const original: unknown = Reflect.get(base, key, target)
      if (typeof original !== 'function') continue
      // A proxy keeps the name and the length of the runtime's method, and is not a constructor if the method is not.
      const value = new Proxy(original, {
        apply(_, self: object, args: unknown[]) {
          const call = () => Reflect.apply(Reflect.get(base, key, self) as () => unknown, self, args)
          const state = stateOf(self)
          return state ? around(call, state, self, args) : call()
        },
      })
      Object.defineProperty(between, key, { value, writable: true, enumerable: true, configurable: true })
    }
    extend?.(between, base)
    shadows.set(base, between)
  }
  Reflect.setPrototypeOf(target, between)
}
