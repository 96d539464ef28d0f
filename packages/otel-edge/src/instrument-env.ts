import { wrapBinding } from './bindings.ts'
import type { Sdk } from './sdk.ts'

const instrumented = new WeakMap<object, WeakMap<Sdk, object>>()

/** The same environment with its bindings traced. Made once per isolate; bindings are wrapped when first used. */
export function instrumentEnv<Env extends object>(env: Env, sdk: Sdk): Env {
  let bySdk = instrumented.get(env)
  if (!bySdk) {
    bySdk = new WeakMap()
    instrumented.set(env, bySdk)
  }
  let copy = bySdk.get(sdk)
  if (!copy) {
    copy = wrapEnv(env, sdk)
    bySdk.set(sdk, copy)
    // Instrumenting twice (tracing() under instrument()) gives the same object.
    instrumented.set(copy, new WeakMap([[sdk, copy]]))
  }
  return copy as Env
}

function wrapEnv(env: object, sdk: Sdk): object {
  const wrapped = new Map<string | symbol, unknown>()
  return new Proxy(env, {
    get(target, key, receiver) {
      if (wrapped.has(key)) return wrapped.get(key)
      const value: unknown = Reflect.get(target, key, receiver)
      if (typeof value !== 'object' || value === null || typeof key !== 'string') return value
      const binding = wrapBinding(value, key, sdk)
      wrapped.set(key, binding)
      return binding
    },
  })
}
