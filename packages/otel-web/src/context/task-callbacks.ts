import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import { patchMethod, type Restore } from './patch.ts'

type Callback = (...args: unknown[]) => unknown
type Method = (...args: unknown[]) => unknown

interface Scheduler {
  postTask?: Method
}

interface TaskGlobals {
  setTimeout: Method
  setInterval: Method
  requestAnimationFrame: Method
  requestIdleCallback: Method
  queueMicrotask: Method
}

/**
 * Runs the callbacks of timers, frames, idle time, `scheduler.postTask` and locks in the context of the code that
 * scheduled them. An interval belongs to nobody: it goes on when the action that began it is long over.
 */
export function hookTaskCallbacks(contexts: MicrotaskContexts, scope: typeof globalThis): Restore {
  let enabled = true
  const globals = scope as unknown as TaskGlobals
  const { Scheduler: SchedulerClass, LockManager: LockManagerClass } = scope as unknown as {
    Scheduler?: { prototype: Scheduler }
    LockManager?: { prototype: { request: Method } }
  }

  function inTask(callback: unknown, context: Context): unknown {
    if (typeof callback !== 'function') return callback
    const fn = callback as Callback
    return function (this: unknown, ...args: unknown[]) {
      return enabled ? contexts.runTask(context, fn, this, args) : Reflect.apply(fn, this, args)
    }
  }

  function inMicrotask(callback: unknown): unknown {
    if (typeof callback !== 'function') return callback
    const fn = callback as Callback
    const { context } = contexts.current
    return function (this: unknown) {
      return enabled ? contexts.with(context, fn, this, []) : Reflect.apply(fn, this, [])
    }
  }

  /** Patches a method that takes its callback as the first or the last argument. */
  const schedule =
    (wrap: (callback: unknown) => unknown, position: 'first' | 'last' = 'first') =>
    (original: Method): Method =>
      function (this: unknown, ...args: unknown[]) {
        if (!enabled) return Reflect.apply(original, this, args)
        contexts.touch()
        const index = position === 'first' ? 0 : args.length - 1
        if (index >= 0 && index < args.length) args[index] = wrap(args[index])
        return Reflect.apply(original, this, args)
      }

  const asTask = schedule((callback) => inTask(callback, contexts.current.context))
  const restores = [
    patchMethod(globals, 'setTimeout', asTask),
    patchMethod(
      globals,
      'setInterval',
      schedule((callback) => inTask(callback, ROOT_CONTEXT)),
    ),
    patchMethod(globals, 'requestAnimationFrame', asTask),
    patchMethod(globals, 'requestIdleCallback', asTask),
    patchMethod(globals, 'queueMicrotask', schedule(inMicrotask)),
    patchMethod(SchedulerClass?.prototype as { postTask: Method } | undefined, 'postTask', asTask),
    patchMethod(LockManagerClass?.prototype, 'request', schedule(inMicrotask, 'last')),
  ]
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
