import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, type Restore } from './patch.ts'

/** Runs the callbacks of `then`, `catch` and `finally` in the context of the code that registered them. */
export function hookThen(contexts: MicrotaskContexts, prototypes: readonly Promise<unknown>[]): Restore {
  let enabled = true

  function bind(callback: unknown): unknown {
    if (typeof callback !== 'function') return callback
    const context = contexts.capture()
    return function (this: unknown, ...args: unknown[]): unknown {
      return enabled
        ? contexts.with(context, callback as Method, this, args)
        : Reflect.apply(callback, this, args)
    }
  }

  const restores = prototypes.map((prototype) =>
    patchMethod(prototype, 'then', (original) => {
      return function (this: unknown, ...args) {
        if (!enabled) return Reflect.apply(original, this, args)
        contexts.touch()
        return contexts.quietly(original, this, args.map(bind))
      }
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
