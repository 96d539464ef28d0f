import { ROOT_CONTEXT } from '@opentelemetry/api'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, type Restore } from './patch.ts'
import { platformClass } from './platform.ts'

/** Whose context a callback runs in, and where it starts. */
type Rule = 'task' | 'nobody' | 'nested'

/**
 * Functions that take callbacks: the owner (a class, or none for the global scope), the name, the rule.
 *
 * - `task`: starts a task of its own, in the context of the code that scheduled it
 * - `nobody`: goes on when the action that began it is long over
 * - `nested`: may run amid other code or microtasks, in the context of the code that scheduled it
 */
const SCHEDULERS: readonly (readonly [string | undefined, string, Rule])[] = [
  [undefined, 'setTimeout', 'task'],
  [undefined, 'setInterval', 'nobody'],
  [undefined, 'requestAnimationFrame', 'task'],
  [undefined, 'requestIdleCallback', 'task'],
  [undefined, 'queueMicrotask', 'nested'],
  // Takes no callback; it is the commonest way to outlive a task.
  [undefined, 'fetch', 'task'],
  ['Scheduler', 'postTask', 'task'],
  ['LockManager', 'request', 'nested'],
  ['HTMLCanvasElement', 'toBlob', 'nested'],
  ['HTMLVideoElement', 'requestVideoFrameCallback', 'nested'],
  ['Geolocation', 'getCurrentPosition', 'nested'],
  ['Geolocation', 'watchPosition', 'nobody'],
  ['Document', 'startViewTransition', 'nested'],
]

/** Runs the callbacks of timers, frames, idle time and the like in the context of the code that scheduled them. */
export function hookTaskCallbacks(contexts: MicrotaskContexts): Restore {
  let enabled = true

  function bind(callback: unknown, rule: Rule): unknown {
    if (typeof callback !== 'function') return callback
    const context = rule === 'nobody' ? ROOT_CONTEXT : contexts.capture()
    const nested = rule === 'nested'
    return function (this: unknown, ...args: unknown[]): unknown {
      if (!enabled) return Reflect.apply(callback, this, args)
      return nested
        ? contexts.with(context, callback as Method, this, args)
        : contexts.runTask(context, callback as Method, this, args)
    }
  }

  const restores = SCHEDULERS.map(([owner, name, rule]) =>
    patchMethod(owner === undefined ? globalThis : platformClass(owner)?.prototype, name, (original) => {
      return function (this: unknown, ...args: unknown[]): unknown {
        if (!enabled) return Reflect.apply(original, this, args)
        contexts.capture()
        return Reflect.apply(
          original,
          this,
          // What follows the callback of a timer is handed to it as it is.
          args.map((argument, index) => (index && owner === undefined ? argument : bind(argument, rule))),
        )
      }
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}
