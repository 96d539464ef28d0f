import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, type Restore } from './patch.ts'
import { platformClass } from './platform.ts'

const OBSERVERS = ['MutationObserver', 'IntersectionObserver', 'ResizeObserver', 'PerformanceObserver']

/** What a call of `observe` began: whose it is, and in which task. */
interface Observation {
  readonly context: Context
  readonly task: number
}

/**
 * Runs an observer's first callback after `observe()` in the context that called `observe()`. Later ones are about
 * what somebody else did: they run in that context only if it is the one that caused them, else in none.
 */
export function hookObservers(contexts: MicrotaskContexts): Restore {
  let enabled = true
  const observations = new WeakMap<object, Observation>()
  const first = new WeakSet<object>()

  function contextOf(name: string, observer: object): Context {
    const observation = observations.get(observer)
    if (observation === undefined) return ROOT_CONTEXT
    const { context, task } = observation
    if (contexts.current.context === context) return context
    // Mutations of all flows share one microtask: only those of the same task are sure to be the observer's own.
    const own = first.has(observer) && (name !== 'MutationObserver' || task === contexts.task)
    return own ? context : ROOT_CONTEXT
  }

  function observing(original: Method): Method {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (enabled) {
        const observer = this as object
        const context = contexts.capture()
        const before = first.has(observer) ? observations.get(observer) : undefined
        const same = before === undefined || before.context === context
        observations.set(observer, { context: same ? context : ROOT_CONTEXT, task: contexts.task })
        first.add(observer)
      }
      return Reflect.apply(original, this, args)
    }
  }

  const restores = OBSERVERS.flatMap((name) => [
    patchMethod(platformClass(name)?.prototype, 'observe', observing),
    patchMethod(globalThis, name, (original) => {
      const proxy: Method = new Proxy(original, {
        construct(target, args: unknown[], newTarget) {
          const [callback, ...rest] = args
          if (!enabled || typeof callback !== 'function') return Reflect.construct(target, args, newTarget)
          const called = function (this: unknown, ...results: unknown[]): unknown {
            const observer = results[1] as object
            if (!enabled) return Reflect.apply(callback, this, results)
            const context = contextOf(name, observer)
            first.delete(observer)
            return contexts.with(context, callback as Method, this, results)
          }
          return Reflect.construct(target, [called, ...rest], newTarget === proxy ? target : newTarget)
        },
      })
      return proxy
    }),
  ])
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
