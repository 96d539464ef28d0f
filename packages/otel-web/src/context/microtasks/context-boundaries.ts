import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { Segment } from './segment.ts'

/** Rounds of the microtask queue without activity after which a checkpoint counts as idle. */
const IDLE_ROUNDS = 32

/** Queues a microtask in the same queue as the engine's continuations. */
export type Enqueue = (callback: () => void) => unknown

/**
 * Tracks the active context across microtasks: **a microtask runs in the context of the code that queued it**.
 *
 * No engine reports that it queues a continuation, but the queue is first in, first out. When the active context
 * changes, a boundary is queued, so everything queued after the boundary also runs after it. A boundary makes its
 * context active and queues itself again, which separates the next generation of microtasks in the same way. A
 * checkpoint with a single context needs no boundary.
 *
 * A boundary cannot detect whether anything ran since the previous one, so boundaries expire. After {@link IDLE_ROUNDS}
 * rounds in which no method of the manager was called, the root context is active for the rest of the checkpoint. A
 * context may be lost, but it is never the wrong one.
 *
 * @see https://html.spec.whatwg.org/multipage/webappapis.html#perform-a-microtask-checkpoint
 */
export class ContextBoundaries {
  current: Segment
  /** The context that awaits so often in one checkpoint that its awaits are not followed individually. */
  loopContext: Context | undefined
  /** Called before the active context changes. */
  beforeChange: (() => void) | undefined
  /** The number of tasks known to have begun. */
  task = 0
  /** The number of consecutive boundaries without activity between them. */
  idleRounds = 0
  /** The segment to return to after the resumed continuation. */
  protected resumedFrom: Segment | undefined
  protected readonly root: Segment
  /** Posts a message whose task calls {@link clear}. */
  protected readonly postClear: () => void
  readonly #enqueue: Enqueue
  /** The segment for the rest of the task. If it is pinned, it outlasts idle checkpoints. */
  #base: Segment
  #pinned = false
  /** The events that pinned the base segment, innermost last, with their contexts. */
  readonly #events: { readonly event: Event; readonly context: Context }[] = []
  /** The segment that a microtask queued now will run in. */
  #tail: Segment
  #appended = 0
  #crossed = 0
  #dissolvedAt = 0
  #settleRounds = 0
  #settling = false

  constructor(enqueue: Enqueue, postClear: () => void) {
    this.#enqueue = enqueue
    this.postClear = postClear
    this.root = new Segment(ROOT_CONTEXT, this)
    this.current = this.#base = this.#tail = this.root
  }

  /** Records that code of the current context is active, since it called a method of the manager. */
  noteActivity(): void {
    if (this.#events.length > 0 && this.#pinned && this.current === this.#base) this.#endEvents()
    this.idleRounds = 0
    this.current.silentRounds = 0
  }

  /** Makes the root context active. Only valid when the microtask queue is known to be empty. */
  clear(): void {
    this.restart(this.root)
  }

  /** Called when a boundary runs. */
  cross(segment: Segment): void {
    if (++this.#crossed <= this.#dissolvedAt) return
    this.beforeChange?.()
    this.current = segment
    this.resumedFrom = undefined
    const others = this.#appended - this.#crossed
    if (++this.idleRounds > IDLE_ROUNDS * (others + 1) && this.loopContext === undefined) {
      this.#dissolve()
      return
    }
    const tail = this.#tail
    if (tail.context === segment.context) {
      this.current = tail
      if (others === 0) this.settleSoon()
    } else if (++segment.silentRounds <= segment.patience) {
      this.#append(segment)
    } else if (others === 0) {
      this.settleSoon()
    }
  }

  /** Whether boundaries are queued. */
  protected get hasBoundaries(): boolean {
    return this.#appended !== this.#crossed
  }

  /** True when the root context is active and everything that is queued belongs to it. */
  protected get isAllRoot(): boolean {
    return this.current === this.root && this.#tail === this.root && !this.hasBoundaries
  }

  protected switchTo(segment: Segment): void {
    this.beforeChange?.()
    this.current = segment
    if (this.#tail.context !== segment.context) this.#append(segment)
  }

  /** Begins a task. The microtask queue must be empty. */
  protected restart(segment: Segment): void {
    this.beforeChange?.()
    this.task++
    this.#dissolvedAt = this.#appended
    this.#pinned = false
    this.#events.length = 0
    this.loopContext = undefined
    this.resumedFrom = undefined
    this.idleRounds = 0
    this.current = this.#base = this.#tail = segment
  }

  /** Makes a context active for the rest of the task, or while `event` is dispatched. */
  protected pin(context: Context, event?: Event): void {
    const outer = this.#events.filter(isDispatched)
    this.restart(new Segment(context, this))
    this.#events.push(...outer)
    const standing = event ?? outer.at(-1)?.event
    if (standing) this.#events.push({ event: standing, context })
    this.#pinned = true
    this.postClear()
  }

  /** Ends the task when its microtasks become idle. A task that stays busy is ended by the posted message. */
  protected settleSoon(): void {
    if (this.current.context === ROOT_CONTEXT || this.#pinned) return
    this.#settleRounds = 0
    if (!this.#settling) this.#enqueue(this.#settle)
    this.#settling = true
  }

  #settle = (): void => {
    const done = this.#pinned || this.current.context === ROOT_CONTEXT || this.hasBoundaries
    if (done) {
      this.#settling = false
    } else if (++this.#settleRounds > 2 * IDLE_ROUNDS) {
      this.#settling = false
      this.postClear()
    } else if (++this.idleRounds > IDLE_ROUNDS && this.loopContext === undefined) {
      this.#settling = false
      this.#dissolve()
    } else {
      this.#enqueue(this.#settle)
    }
  }

  /**
   * Returns to the context of the innermost event that is still being dispatched. If there is none, the task is over.
   */
  #endEvents(): void {
    while (this.#events.length > 0) {
      const last = this.#events.at(-1)
      if (last && isDispatched(last)) {
        if (last.context === this.current.context) return
        this.#base = new Segment(last.context, this)
        this.switchTo(this.#base)
        return
      }
      this.#events.pop()
    }
    this.clear()
  }

  #append(segment: Segment): void {
    this.#tail = segment
    this.#appended++
    this.#enqueue(segment.boundary)
  }

  #dissolve(): void {
    this.#dissolvedAt = this.#appended
    this.resumedFrom = undefined
    if (!this.#pinned) this.#base = this.root
    this.current = this.#tail = this.#base
  }
}

/** @see https://dom.spec.whatwg.org/#dom-event-eventphase */
function isDispatched({ event }: { readonly event: Event }): boolean {
  return event.eventPhase !== 0
}
