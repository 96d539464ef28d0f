import { ROOT_CONTEXT } from '@opentelemetry/api'
import { call, callbackOf, type Method, patchMethod, type Restore } from '../../platform/patch.ts'
import { platformClass } from '../../platform/platform-class.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'
import { bindMembers } from './streams.ts'

/**
 * The longest delay, one frame, of timers that frameworks use to batch updates. A longer timer serves only its own
 * code.
 */
const SOON_MILLIS = 16

/** How the context of a callback is determined, and whether the callback starts a task. */
type Rule = 'task' | 'soon' | 'first' | 'nested' | 'microtask'

/**
 * Functions that take callbacks: the class that owns them (undefined for globals), their name, and the rule.
 *
 * - `task`: starts a task, in the context of the code that scheduled it
 * - `soon`: like `task`, but may process updates of several contexts
 * - `first`: like `task` for the first call; later calls run in the root context, since the action may be long over
 * - `nested`: may run in the middle of other code or microtasks, in the context of the code that scheduled it
 * - `microtask`: like `nested`, but may process updates of several contexts
 */
const SCHEDULERS: readonly (readonly [string | undefined, string, Rule])[] = [
  [undefined, 'setTimeout', 'soon'],
  [undefined, 'setInterval', 'first'],
  [undefined, 'requestAnimationFrame', 'soon'],
  [undefined, 'requestIdleCallback', 'task'],
  [undefined, 'queueMicrotask', 'microtask'],
  // `fetch` takes no callback. It is patched to start following promises before the task ends.
  [undefined, 'fetch', 'task'],
  ['Scheduler', 'postTask', 'task'],
  ['LockManager', 'request', 'nested'],
  ['HTMLCanvasElement', 'toBlob', 'nested'],
  ['HTMLVideoElement', 'requestVideoFrameCallback', 'nested'],
  ['Geolocation', 'getCurrentPosition', 'nested'],
  ['Geolocation', 'watchPosition', 'first'],
  ['Document', 'startViewTransition', 'nested'],
]

/** Runs the callbacks of timers, frames, idle callbacks and similar functions in the context that scheduled them. */
export function hookTaskCallbacks(contexts: MicrotaskContexts): Restore {
  let enabled = true

  function bind(callback: unknown, rule: Rule, isSoon: boolean): unknown {
    if (typeof callback !== 'function') return callback
    let next = contexts.capture()
    const find = isSoon ? contexts.shared?.schedule(callback as Method, next) : undefined
    return callbackOf((self, args) => {
      if (!enabled) return call(callback as Method, self, args)
      const context = find?.() ?? next
      if (rule === 'first') next = ROOT_CONTEXT
      return rule === 'nested' || rule === 'microtask'
        ? contexts.with(context, callback as Method, self, args)
        : contexts.runTask(context, callback as Method, self, args)
    })
  }

  const restores = SCHEDULERS.map(([owner, name, rule]) =>
    patchMethod(owner ? platformClass(owner)?.prototype : globalThis, name, (stock, self, args) => {
      if (!enabled) return call(stock, self, args)
      contexts.capture()
      // The callback of a timer is its first argument; the others are passed to it.
      const count = owner ? args.length : 1
      const isSoon = (rule === 'soon' || rule === 'microtask') && isShort(args[1])
      for (let index = 0; index < args.length && index < count; index++)
        args[index] = bind(args[index], rule, isSoon)
      const options = args[0]
      if (owner === 'Document' && typeof options === 'object' && options)
        args[0] = bindMembers(contexts, options)
      return call(stock, self, args)
    }),
  )
  return () => {
    enabled = false
    for (const restore of restores) restore()
  }
}

/** Whether a delay is short. Only the platform converts other types, since a conversion can run code of the page. */
function isShort(delay: unknown): boolean {
  return typeof delay === 'number' ? !(delay > SOON_MILLIS) : delay === undefined
}
