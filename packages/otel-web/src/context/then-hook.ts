import type { MicrotaskContexts } from './microtask-contexts.ts'
import { patchMethod, type Restore } from './patch.ts'

type Callback = ((value: unknown) => unknown) | null | undefined

/** Runs the callbacks of `then`, `catch` and `finally` in the context of the code that registered them. */
export function hookThen(contexts: MicrotaskContexts, prototypes: readonly Promise<unknown>[]): Restore {
  let enabled = true

  function bind(callback: Callback): Callback {
    if (typeof callback !== 'function') return callback
    const { context } = contexts.current
    return function (this: unknown, value) {
      return enabled
        ? contexts.with(context, callback, this, [value])
        : Reflect.apply(callback, this, [value])
    }
  }

  const restores = prototypes.map((prototype) =>
    patchMethod(prototype, 'then', (original) => {
      function then(this: unknown, onFulfilled?: Callback, onRejected?: Callback): unknown {
        if (!enabled) return Reflect.apply(original, this, [onFulfilled, onRejected])
        contexts.touch()
        return contexts.quietly(original, this, [bind(onFulfilled), bind(onRejected)])
      }
      return then as typeof original
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
