import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { SharedCallbacks } from '../callbacks/shared-callbacks.ts'
import { ContextBoundaries } from './context-boundaries.ts'
import { Segment } from './segment.ts'

/** Like `PATIENCE` in `segment.ts`, for compiled code, which resumes its context itself. */
const COMPILED_PATIENCE = 8

/** Runs code in contexts. {@link ContextBoundaries} describes the context of microtasks. */
export class MicrotaskContexts extends ContextBoundaries {
  /**
   * Called with a context when one of its callbacks begins, or when one of its functions ends after an await. A
   * rejection in that task may come from it.
   */
  onRun: ((context: Context) => void) | undefined
  /** Finds callbacks that may serve several contexts. */
  shared: SharedCallbacks | undefined
  /** Called with the error that a callback throws. */
  onError: ((error: unknown, context: Context) => void) | undefined
  /**
   * Called once, before the first context becomes active or the first callback is scheduled: see {@link
   * followPromises}.
   */
  onFollowPromises: (() => void) | undefined
  /** Whether awaits are followed. */
  following = false
  /** The promise that compiled code is about to await. Compiled code resumes its context itself. */
  followed: unknown
  /** True while reads of `promise.constructor` do not come from awaits. */
  ignoresReads = false
  /** The number of promises that are watched: see {@link watch}. */
  watching = 0
  /** True when {@link leave} may have something to do. */
  resumed = false
  readonly #watched = new WeakMap<object, () => void>()
  #depth = 0
  /** The depth of synchronous event dispatches by code. */
  #dispatching = 0
  #resumed: Segment | undefined

  active(): Context {
    this.noteActivity()
    return this.current.context
  }

  /**
   * Calls a function that reads `promise.constructor` without awaiting the promise.
   *
   * @param ignoresReads false for a function that reads it for a reaction of its own, which is followed
   */
  withoutFollowing<R>(
    fn: (this: never, ...args: never[]) => R,
    self: unknown,
    args: readonly unknown[],
    ignoresReads = true,
  ): R {
    const before = this.ignoresReads
    this.ignoresReads = ignoresReads
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.ignoresReads = before
    }
  }

  /** Calls back when code of the page first registers a reaction to a promise, by `await` or by `then`. */
  watch(promise: object, onReaction: () => void): void {
    this.#watched.set(promise, onReaction)
    this.watching++
  }

  /** To be called when code of the page registers a reaction to a promise. */
  reacted(promise: unknown): void {
    const onReaction = this.ignoresReads ? undefined : this.#watched.get(promise as object)
    if (onReaction === undefined) return
    this.unwatch(promise as object)
    onReaction()
  }

  /** Ends {@link watch}. While any promise is watched, each await of the page costs a look-up. */
  unwatch(promise: object): void {
    if (this.#watched.delete(promise)) this.watching--
  }

  /** Runs `fn` in `context`, then returns to the context before. */
  with<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R {
    this.onRun?.(context)
    const outer = this.current
    const switches = outer.context !== context
    if (switches) {
      this.followPromises()
      this.switchTo(new Segment(context, this))
      this.#depth++
    }
    try {
      return Reflect.apply(fn, self, args)
    } catch (error) {
      this.onError?.(error, context)
      throw error
    } finally {
      if (switches) {
        this.#depth--
        this.switchTo(outer)
      }
    }
  }

  /** Returns the context for a callback that the current code schedules. */
  capture(): Context {
    this.followPromises()
    this.noteActivity()
    // The current code may be about to await a promise that its own loop does not settle.
    this.loopContext = undefined
    return this.current.context
  }

  /** Starts to follow promises. */
  followPromises(): void {
    const { onFollowPromises } = this
    this.onFollowPromises = undefined
    onFollowPromises?.()
  }

  /** Marks the current context as running a long loop of awaits, so that its segment does not expire. */
  enterLoop(): void {
    this.loopContext = this.current.context
    this.postClear()
  }

  /**
   * Runs a callback that starts a task. The microtask queue is empty, and `context` stays active until the microtasks
   * of the task have run.
   */
  runTask<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R {
    // Fake timers call their callbacks in the middle of other code.
    if (this.#depth > 0) return this.with(context, fn, self, args)
    this.onRun?.(context)
    this.restart(context === ROOT_CONTEXT ? this.root : new Segment(context, this))
    this.#depth++
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.#depth--
      this.settleSoon()
    }
  }

  /** Calls a function that dispatches an event synchronously. A context that a listener enters ends with the call. */
  dispatch<R>(fn: (...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    this.noteActivity()
    const outer = this.current
    this.onRun?.(outer.context)
    this.#dispatching++
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.#dispatching--
      if (this.current !== outer) this.switchTo(outer)
    }
  }

  /**
   * Makes `context` active for the rest of the current task, across the checkpoints between listeners. With `event`,
   * only while that event is dispatched: the next task may begin before the message that ends this one is delivered.
   */
  enter(context: Context, event?: Event): void {
    this.followPromises()
    this.onRun?.(context)
    // Microtasks that are already queued have to run in their own contexts.
    if (this.#dispatching > 0 || (!event && this.hasBoundaries)) {
      this.noteActivity()
      if (this.current.context !== context) this.switchTo(new Segment(context, this))
      if (this.#dispatching === 0) this.postClear()
      return
    }
    this.pin(context, event)
  }

  /**
   * Makes the context of `segment` active for the continuation that runs next. {@link leave} has to be called after it.
   */
  resume(segment: Segment): void {
    this.noteActivity()
    this.shared?.ran(segment.context)
    if (this.current.context === segment.context) return
    // Continuations of one promise run one after the other. All of them return to the segment that was active before
    // the first.
    const from = this.current === this.#resumed && this.resumedFrom ? this.resumedFrom : this.current
    this.switchTo(segment)
    this.#setResumed(segment, from)
  }

  /** Like {@link resume}, for a continuation that is already running and calls {@link leave} itself. */
  resumeIn(context: Context): void {
    this.shared?.ran(context)
    const known = this.#resumed
    const segment = known?.context === context ? known : new Segment(context, this, COMPILED_PATIENCE)
    if (!this.isAllRoot) {
      this.resume(segment)
      return
    }
    // No boundary is queued here, which saves up to a hundred microtasks. Microtasks that the engine queues without
    // calling the manager lose their context.
    this.#setResumed(segment, this.current)
    this.current = segment
  }

  /** Returns to the segment before {@link resume}, unless another context has become active since. */
  leave(): void {
    const from = this.resumedFrom
    this.resumed = false
    if (from === undefined || this.current !== this.#resumed) return
    this.resumedFrom = undefined
    this.switchTo(from)
  }

  #setResumed(segment: Segment, from: Segment): void {
    this.#resumed = segment
    this.resumedFrom = from
    this.resumed = true
  }
}
