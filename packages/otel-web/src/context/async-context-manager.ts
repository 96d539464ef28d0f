import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'
import { AwaitHook, NativePromise } from './await-hook.ts'
import { connectCompiledAwaits, meetingPoint } from './compiled-awaits.ts'
import { hookEventListeners } from './event-listeners.ts'
import { MicrotaskContexts } from './microtask-contexts.ts'
import { hookObservers } from './observers.ts'
import type { Restore } from './patch.ts'
import { hookStreams } from './streams.ts'
import { hookTaskCallbacks } from './task-callbacks.ts'
import { hookThen } from './then-hook.ts'

export interface AsyncContextManagerOptions {
  /** Told of a context when code of it runs that may fail. Default: nobody is. */
  readonly onRun?: (context: Context) => void
  /** Told what a callback throws: by the time of the `error` event its context is active no longer. Default: nobody is. */
  readonly onError?: (error: unknown, context: Context) => void
}

/**
 * A context manager for browsers that keeps the context across native `async`/`await`, without zone.js and without a
 * build step. What it cannot know it leaves without a context: lost, never wrong.
 *
 * `enable()` patches globals, `disable()` puts each back exactly as it was.
 */
export class AsyncContextManager implements ContextManager {
  #contexts: MicrotaskContexts | undefined
  #restores: Restore[] = []
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
    // Whoever calls this goes on afterwards; callbacks of the platform's do not come this way.
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
   * Makes `context` stand for the rest of the current task, its microtasks, and what they cause. For the first
   * listener of a trusted event: what the task queued before belongs to the context from now on, too. With the event
   * given, the context stands no longer than that is dispatched.
   */
  enter(context: Context, event?: Event): void {
    this.#contexts?.enter(context, event)
  }

  enable(): this {
    if (this.#contexts !== undefined) return this
    const channel = new MessageChannel()
    let posted = false
    const contexts = new MicrotaskContexts(enqueue, () => {
      if (posted) return
      posted = true
      channel.port2.postMessage(null)
    })
    Object.assign(contexts, this.#options)
    channel.port1.onmessage = () => {
      posted = false
      contexts.clear()
    }
    const awaitHook = new AwaitHook(contexts, enqueue)
    contexts.whenNeeded = () => {
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
        contexts.whenNeeded = undefined
        awaitHook.stop()
        channel.port1.close()
      },
    ]
    this.#contexts = contexts
    return this
  }

  disable(): this {
    // The other way round: two patches of one function come off in the right order.
    for (const restore of this.#restores.reverse()) restore()
    this.#restores = []
    this.#contexts = undefined
    return this
  }
}

/** Queues a microtask by the engine's own means: zone.js runs those of `queueMicrotask` in batches of its own. */
async function enqueue(callback: () => void): Promise<void> {
  await null
  callback()
}
