import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  call,
  callbackOf,
  type Method,
  patchClass,
  patchMethod,
  type Replacement,
  type Restore,
} from '../../platform/patch.ts'
import { platformClass } from '../../platform/platform-class.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'

const OBSERVERS = ['MutationObserver', 'IntersectionObserver', 'ResizeObserver', 'PerformanceObserver']

/** The context and the task of a call of `observe()`. */
interface Observation {
  readonly context: Context
  readonly task: number
}

/**
 * Runs the first callback after `observe()` in the context that called `observe()`. Later callbacks report later
 * changes: they run in that context only if it is active, otherwise in the root context.
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
    // All mutations until the microtask share one callback. Only mutations in the task of `observe()` are certain to
    // belong to its context.
    const own = first.has(observer) && (name !== 'MutationObserver' || task === contexts.task)
    return own ? context : ROOT_CONTEXT
  }

  const observing: Replacement = (stock, self, args) => {
    if (enabled && typeof self === 'object' && self !== null) {
      const context = contexts.capture()
      const before = first.has(self) ? observations.get(self) : undefined
      const same = before === undefined || before.context === context
      observations.set(self, { context: same ? context : ROOT_CONTEXT, task: contexts.task })
      first.add(self)
    }
    return call(stock, self, args)
  }

  const restores = OBSERVERS.flatMap((name) => [
    patchMethod(platformClass(name)?.prototype, 'observe', observing),
    patchClass(name, (build, args) => {
      const callback = args[0]
      if (!enabled || typeof callback !== 'function') return build(args)
      args[0] = callbackOf((self, results) => {
        const observer = results[1] as object
        if (!enabled) return call(callback as Method, self, results)
        const context = contextOf(name, observer)
        first.delete(observer)
        return contexts.with(context, callback as Method, self, results)
      })
      return build(args)
    }),
  ])
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
