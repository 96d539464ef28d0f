import type { Sdk } from './sdk.ts'
import { wrapBinding } from './wrap-binding.ts'

const tracedEnvs = new WeakSet<object>()

/**
 * The same environment with its bindings traced, each wrapped when it is first used. One that is traced already stays as
 * it is: an app served from within another event is given that event's.
 */
export function instrumentEnv(env: object, sdk: Sdk): object {
  if (tracedEnvs.has(env)) return env
  const wrapped = new Map<string | symbol, unknown>()
  const traced = new Proxy(env, {
    get(target, key, receiver) {
      if (wrapped.has(key)) return wrapped.get(key)
      const value: unknown = Reflect.get(target, key, receiver)
      if (typeof value !== 'object' || value === null || typeof key !== 'string') return value
      const binding = wrapBinding(value, key, sdk)
      wrapped.set(key, binding)
      return binding
    },
  })
  tracedEnvs.add(traced)
  return traced
}
