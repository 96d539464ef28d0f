import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'

/** Rounds of the microtask queue without a sign of life after which a checkpoint counts as quiet. */
const QUIET_ROUNDS = 32
/** Silent rounds after which one context is dropped although others in the same checkpoint are busy. */
const PATIENCE = 512
/** The same for what compiled code leaves behind, which resumes its context itself. */
const COMPILED_PATIENCE = 8

/** Queues a microtask, in order with those of the engine. */
type Enqueue = (callback: () => void) => unknown

/** A stretch of synchronous code or of the microtask queue that belongs to one context. */
export class Segment {
  readonly context: Context
  readonly boundary: () => void
  /** Silent rounds after which the segment is dropped although others are busy. */
  readonly patience: number
  silentRounds = 0

  constructor(context: Context, owner: MicrotaskContexts, patience: number = PATIENCE) {
    this.context = context
    this.patience = patience
    this.boundary = () => owner.cross(this)
  }
}

/**
 * Which context is active, across microtasks: **a microtask runs in the context of the code that queued it**.
 *
 * Engines tell nobody when they queue a continuation. But the queue is first in, first out: when the active context
 * changes, a boundary of ours is queued, and whatever is queued after it runs after it. When a boundary runs it makes
 * its context active and queues itself again, so that the next generation of microtasks is marked off likewise.
 * With a single context in a checkpoint there is nothing to mark off, and nothing is queued.
 *
 * Boundaries cannot see whether anything ran between them, so they end by themselves: once nothing of ours was called
 * for {@link QUIET_ROUNDS} rounds, the empty context is active for what may still come: lost, never wrong.
 */
export class MicrotaskContexts {
  current: Segment
  /** A context with so many awaits in one checkpoint that they are no longer followed one by one. */
  hot: Context | undefined
  /** Told of a context when code of it begins as a callback, or ends after an await: what it rejects is its own. */
  onRun: ((context: Context) => void) | undefined
  /** Told what a callback throws. */
  onError: ((error: unknown, context: Context) => void) | undefined
  /** Called before the active context changes. */
  beforeChange: (() => void) | undefined
  /** Called once, when there is a context, or something is scheduled that may meet one: see {@link need}. */
  whenNeeded: (() => void) | undefined
  /** Whether awaits are followed. */
  following = false
  /** A promise whose awaiting code resumes its context itself. */
  followed: unknown
  /** Counts the tasks that are known to have begun. */
  task = 0
  /** Reads of `promise.constructor` that are no awaits. */
  quiet = false
  readonly #root: Segment
  readonly #enqueue: Enqueue
  readonly #postClear: () => void
  /** Context of the code that stands for the rest of the task; pinned when it outlasts quiet checkpoints. */
  #base: Segment
  #pinned = false
  /** The events that pinned it, the innermost last, and whose each is. */
  readonly #events: { readonly event: Event; readonly context: Context }[] = []
  /** The segment that a microtask queued now will run in. */
  #tail: Segment
  #appended = 0
  #crossed = 0
  #dissolvedAt = 0
  /** Boundaries in a row that nothing of ours was called between. */
  silent = 0
  #settleRounds = 0
  #settling = false
  #depth = 0
  /** Events that are being dispatched by code. */
  #dispatching = 0
  /** Where to return to when the continuation that `resume` let in has run. */
  #resumedFrom: Segment | undefined
  #resumed: Segment | undefined
  /** Whether {@link leave} may have something to do. */
  resumed = false

  constructor(enqueue: Enqueue, postClear: () => void) {
    this.#enqueue = enqueue
    this.#postClear = postClear
    this.#root = new Segment(ROOT_CONTEXT, this)
    this.current = this.#base = this.#tail = this.#root
  }

  /** Notes that code of the current context is alive: something of ours was called. */
  touch(): void {
    if (this.#events.length > 0 && this.#pinned && this.current === this.#base) this.#endEvents()
    this.silent = 0
    this.current.silentRounds = 0
  }

  active(): Context {
    this.touch()
    return this.current.context
  }

  /** Calls what reads `promise.constructor` without awaiting the promise. */
  quietly<R>(fn: (this: never, ...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    const before = this.quiet
    this.quiet = true
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.quiet = before
    }
  }

  /** Runs `fn` in `context`, then returns to the context before. */
  with<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R {
    this.onRun?.(context)
    const outer = this.current
    const switches = outer.context !== context
    if (switches) {
      this.need()
      this.#switch(new Segment(context, this))
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
        this.#switch(outer)
      }
    }
  }

  /** The context for what the current code schedules. */
  capture(): Context {
    this.need()
    this.touch()
    // What is scheduled here is about to be awaited: by a promise that no loop settles.
    this.hot = undefined
    return this.current.context
  }

  /** Has promises followed from now on. */
  need(): void {
    const { whenNeeded } = this
    this.whenNeeded = undefined
    whenNeeded?.()
  }

  /** Stops looking for signs of life in the current segment: it is in a long loop of awaits. */
  heat(): void {
    this.hot = this.current.context
    this.#postClear()
  }

  /**
   * Runs a callback with which the platform starts a task: the microtask queue is empty, and `context` stands
   * until the task's microtasks are done.
   */
  runTask<A extends unknown[], R>(context: Context, fn: (...args: A) => R, self: unknown, args: A): R {
    // Fake timers call back in the middle of other code.
    if (this.#depth > 0) return this.with(context, fn, self, args)
    this.onRun?.(context)
    this.#restart(context === ROOT_CONTEXT ? this.#root : new Segment(context, this))
    this.#depth++
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.#depth--
      this.#settleSoon()
    }
  }

  /** Calls what dispatches an event amid other code: what its listeners enter ends with the call. */
  dispatch<R>(fn: (...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    this.touch()
    const outer = this.current
    this.onRun?.(outer.context)
    this.#dispatching++
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.#dispatching--
      if (this.current !== outer) this.#switch(outer)
    }
  }

  /**
   * Makes `context` stand for the rest of the current task, across the checkpoints between its listeners. With
   * `event` it stands no longer than that is dispatched: a task may begin before the message that ends this one.
   */
  enter(context: Context, event?: Event): void {
    this.need()
    this.onRun?.(context)
    // What others have queued is still to run in their contexts.
    if (this.#dispatching > 0 || (!event && this.#appended !== this.#crossed)) {
      this.touch()
      if (this.current.context !== context) this.#switch(new Segment(context, this))
      if (this.#dispatching === 0) this.#postClear()
      return
    }
    const outer = this.#events.filter(isDispatched)
    this.#restart(new Segment(context, this))
    this.#events.push(...outer)
    const standing = event ?? outer.at(-1)?.event
    if (standing) this.#events.push({ event: standing, context })
    this.#pinned = true
    this.#postClear()
  }

  /** Forgets what stands. Only right where the microtask queue is known to be empty. */
  clear(): void {
    this.#restart(this.#root)
  }

  /** Lets the continuation that runs next in: it belongs to `segment`'s context, and {@link leave} follows it. */
  resume(segment: Segment): void {
    this.touch()
    if (this.current.context === segment.context) return
    // Continuations of one promise follow each other: each returns to where the first began.
    const from = this.current === this.#resumed && this.#resumedFrom ? this.#resumedFrom : this.current
    this.#switch(segment)
    this.#resumed = segment
    this.#resumedFrom = from
    this.resumed = true
  }

  /** As {@link resume}, for a continuation that has begun already and itself calls {@link leave}. */
  resumeIn(context: Context): void {
    const known = this.#resumed
    const segment = known?.context === context ? known : new Segment(context, this, COMPILED_PATIENCE)
    if (this.current !== this.#root || this.#tail !== this.#root || this.#appended !== this.#crossed) {
      this.resume(segment)
      return
    }
    // Nothing to mark off: what is queued without our seeing it is lost, for the price of a hundred boundaries less.
    this.#resumed = segment
    this.#resumedFrom = this.current
    this.resumed = true
    this.current = segment
  }

  /** Ends what {@link resume} began, unless another context has begun since. */
  leave(): void {
    const from = this.#resumedFrom
    this.resumed = false
    if (from === undefined || this.current !== this.#resumed) return
    this.#resumedFrom = undefined
    this.#switch(from)
  }

  /** A boundary came up in the queue. */
  cross(segment: Segment): void {
    if (++this.#crossed <= this.#dissolvedAt) return
    this.beforeChange?.()
    this.current = segment
    this.#resumedFrom = undefined
    const others = this.#appended - this.#crossed
    if (++this.silent > QUIET_ROUNDS * (others + 1) && this.hot === undefined) {
      this.#dissolve()
      return
    }
    const tail = this.#tail
    if (tail.context === segment.context) {
      this.current = tail
      if (others === 0) this.#settleSoon()
    } else if (++segment.silentRounds <= segment.patience) {
      this.#append(segment)
    } else if (others === 0) {
      this.#settleSoon()
    }
  }

  /** Returns to the context of the event around those that are over; with none left, the task is over. */
  #endEvents(): void {
    while (this.#events.length > 0) {
      const last = this.#events.at(-1)
      if (last && isDispatched(last)) {
        if (last.context === this.current.context) return
        this.#base = new Segment(last.context, this)
        this.#switch(this.#base)
        return
      }
      this.#events.pop()
    }
    this.clear()
  }

  #switch(segment: Segment): void {
    this.beforeChange?.()
    this.current = segment
    if (this.#tail.context !== segment.context) this.#append(segment)
  }

  #append(segment: Segment): void {
    this.#tail = segment
    this.#appended++
    this.#enqueue(segment.boundary)
  }

  #restart(segment: Segment): void {
    this.beforeChange?.()
    this.task++
    this.#dissolvedAt = this.#appended
    this.#pinned = false
    this.#events.length = 0
    this.hot = undefined
    this.#resumedFrom = undefined
    this.silent = 0
    this.current = this.#base = this.#tail = segment
  }

  #dissolve(): void {
    this.#dissolvedAt = this.#appended
    this.#resumedFrom = undefined
    if (!this.#pinned) this.#base = this.#root
    this.current = this.#tail = this.#base
  }

  /** Ends a quiet task without waiting for the message; a busy one is left to it. */
  #settleSoon(): void {
    if (this.current.context === ROOT_CONTEXT || this.#pinned) return
    this.#settleRounds = 0
    if (!this.#settling) this.#enqueue(this.#settle)
    this.#settling = true
  }

  #settle = (): void => {
    const done = this.#pinned || this.current.context === ROOT_CONTEXT || this.#appended !== this.#crossed
    if (done) {
      this.#settling = false
    } else if (++this.#settleRounds > 2 * QUIET_ROUNDS) {
      this.#settling = false
      this.#postClear()
    } else if (++this.silent > QUIET_ROUNDS && this.hot === undefined) {
      this.#settling = false
      this.#dissolve()
    } else {
      this.#enqueue(this.#settle)
    }
  }
}

function isDispatched({ event }: { readonly event: Event }): boolean {
  return event.eventPhase !== 0
}
