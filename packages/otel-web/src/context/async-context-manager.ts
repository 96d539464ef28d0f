import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import type { Restore } from '../platform/patch.ts'
import { AwaitHook, NativePromise } from './awaits/await-hook.ts'
import { connectCompiledAwaits, meetingPoint } from './awaits/compiled-awaits.ts'
import { followPromise } from './awaits/follow-promise.ts'
import { hookThen } from './awaits/then-hook.ts'
import { hookObservers } from './callbacks/observers.ts'
import { SharedCallbacks } from './callbacks/shared-callbacks.ts'
import { hookStreams } from './callbacks/streams.ts'
import { hookTaskCallbacks } from './callbacks/task-callbacks.ts'
import { hookEventListeners } from './listeners/event-listeners.ts'
import type { Enqueue } from './microtasks/context-boundaries.ts'
import { MicrotaskContexts } from './microtasks/microtask-contexts.ts'

export interface AsyncContextManagerOptions {
  /** Called with a context before code runs in it, since that code may fail. Default: none. */
  readonly onRun?: (context: Context) => void
  /**
   * Called with an error that a callback throws: in the `error` event the context is no longer active. Default: none.
   */
  readonly onError?: (error: unknown, context: Context) => void
}

/**
 * A context manager for browsers that keeps the context across native `async`/`await`, without zone.js and without a
 * build step. When it cannot determine the context, the root context is active: a context may be lost, but it is never
 * the wrong one.
 *
 * `enable()` patches globals. `disable()` restores their original property descriptors.
 */
export class AsyncContextManager implements ContextManager {
  #contexts: MicrotaskContexts | undefined
  #restores: Restore[] = []
  #later: (callback: () => void) => void = queueMicrotask
  readonly #options: AsyncContextManagerOptions

  constructor(options: AsyncContextManagerOptions = {}) {
    this.#options = options
  }

  active(): Context {
    return this.#contexts?.active() ?? ROOT_CONTEXT
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const contexts = this.#contexts
    if (contexts === undefined) return Reflect.apply(fn, thisArg, args)
    // The calling code continues after this call, so it counts as code of the current context. Callbacks of the
    // platform call `MicrotaskContexts` directly.
    contexts.onRun?.(contexts.current.context)
    return contexts.with<A, ReturnType<F>>(context, fn, thisArg, args)
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target !== 'function') return target
    const manager = this
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return manager.with(context, () => Reflect.apply(target, this, args))
    }
    Object.defineProperty(bound, 'length', { configurable: true, value: target.length })
    return bound as T
  }

  /**
   * Makes `context` active for the rest of the current task, including its microtasks and everything they schedule. It
   * is meant for the first listener of a trusted event: microtasks that were queued earlier in the task run in
   * `context` too. With `event`, the context is active only while that event is dispatched.
   */
  enter(context: Context, event?: Event): void {
    this.#contexts?.enter(context, event)
  }

  /**
   * Calls back when a promise settles, with the error in an array when it was rejected. A rejection that the page does
   * not handle still dispatches `unhandledrejection`.
   *
   * @returns false, without ever calling back, for anything but a plain promise of this realm
   */
  follow(promise: unknown, onEnd: (rejection: readonly unknown[]) => void): boolean {
    const contexts = this.#contexts
    return contexts !== undefined && followPromise(contexts, promise, onEnd, this.#later)
  }

  enable(): this {
    if (this.#contexts !== undefined) return this
    const { setTimeout, __zone_symbol__queueMicrotask: queue } = globalThis as ZonePage
    const enqueue: Enqueue = queue ? (callback) => queue(callback) : afterAwait
    this.#later = (callback) => void setTimeout(callback, 0)
    const channel = new MessageChannel()
    let posted = false
    const contexts = new MicrotaskContexts(enqueue, () => {
      if (posted) return
      posted = true
      channel.port2.postMessage(null)
    })
    Object.assign(contexts, this.#options)
    const shared = new SharedCallbacks(enqueue)
    contexts.shared = shared
    const { onRun } = this.#options
    contexts.onRun = (context) => {
      shared.ran(context)
      onRun?.(context)
    }
    channel.port1.onmessage = () => {
      posted = false
      contexts.clear()
    }
    const awaitHook = new AwaitHook(contexts, enqueue)
    contexts.onFollowPromises = () => {
      const prototypes = new Set([NativePromise.prototype, Promise.prototype])
      if (!meetingPoint().allCompiled) this.#restores.push(awaitHook.install())
      this.#restores.push(hookThen(contexts, [...prototypes]))
    }
    this.#restores = [
      hookTaskCallbacks(contexts),
      hookObservers(contexts),
      hookStreams(contexts),
      hookEventListeners(contexts),
      connectCompiledAwaits(contexts),
      () => {
        contexts.onFollowPromises = undefined
        awaitHook.stop()
        channel.port1.close()
      },
    ]
    this.#contexts = contexts
    return this
  }

  disable(): this {
    // Reverse order: when a function was patched twice, the later patch has to be removed first.
    for (const restore of this.#restores.reverse()) restore()
    this.#restores = []
    this.#contexts = undefined
    return this
  }
}

/** Queues a microtask: `queueMicrotask` takes much longer. */
async function afterAwait(callback: () => void): Promise<void> {
  await null
  callback()
}

/**
 * zone.js replaces `queueMicrotask` by one that runs callbacks in batches, and keeps the original under this name. An
 * `await` is no substitute: beside zone.js, the Angular CLI compiles it to promises of zone.js.
 */
type ZonePage = typeof globalThis & { readonly __zone_symbol__queueMicrotask?: typeof queueMicrotask }
