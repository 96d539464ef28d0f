import { call, callbackOf, type Method, patchMethod, type Restore } from '../../platform/patch.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'

/** Runs the callbacks of `then`, `catch` and `finally` in the context of the code that registered them. */
export function hookThen(contexts: MicrotaskContexts, prototypes: readonly Promise<unknown>[]): Restore {
  let enabled = true

  function bind(callback: unknown): unknown {
    if (typeof callback !== 'function') return callback
    const context = contexts.capture()
    const find = contexts.shared?.schedule(callback as Method, context, true)
    return callbackOf((self, args) =>
      enabled
        ? contexts.with(find?.() ?? context, callback as Method, self, args)
        : call(callback as Method, self, args),
    )
  }

  const restores = prototypes.map((prototype) =>
    patchMethod(prototype, 'then', (stock, promise, args) => {
      if (!enabled) return call(stock, promise, args)
      if (contexts.watching > 0) contexts.reacted(promise)
      contexts.noteActivity()
      const bound = [bind(args[0]), bind(args[1])]
      // The method that zone.js gives to native promises calls the native one with functions of its own. Those are
      // followed: they start the run of its microtasks, at whose end Angular renders.
      return contexts.withoutFollowing(stock, promise, bound, prototype === Promise.prototype)
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
