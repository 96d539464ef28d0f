import { type Attributes, type Context, createContextKey, type Span, TraceFlags } from '@opentelemetry/api'
import type { TraceClock } from '../core/clock.ts'
import { recordError } from '../core/record-error.ts'
import { ATTR_ACTION_END_REASON, ATTR_INCOMPLETE } from '../core/semconv.ts'
import type { PageGlobals } from '../platform/page-globals.ts'

const GRACE_MILLIS = 100
/** Time after which an action ends without painted frames: a hidden page may not get any. */
const FRAMES_TIMEOUT_MILLIS = 500
const CHILD_LIMIT_MILLIS = 15_000
const ACTION_LIMIT_MILLIS = 30_000

const ACTION = createContextKey('throughline action')

export type ActionType = 'click' | 'submit' | 'enter' | 'change' | 'navigation' | 'pageload' | 'custom'

/**
 * Why an action ended: its work was done, `end()` was called, the page was hidden or unloaded, or a limit was reached.
 */
export type EndReason = 'done' | 'ended' | 'hidden' | 'pagehide' | 'timeout'

export interface ActionParts {
  readonly name: string
  readonly type: ActionType
  readonly span: Span
  readonly context: Context
  /** True when the action has no parent span in this page. */
  readonly isRoot: boolean
  readonly startMillis: number
  readonly clock: TraceClock
  readonly globals: PageGlobals
  /** Called once, when the action is certain to be exported. */
  readonly onUse: () => void
  /** Called once, right after the span ended. */
  readonly onEnd: () => void
}

/** The action that a context belongs to, if any. */
export function getAction(context: Context): Action | undefined {
  return context.getValue(ACTION) as Action | undefined
}

/**
 * One user action and its end. The span is exported only if the action caused something.
 *
 * An action is over when no work of its own context is pending, 100 ms have passed and two frames were painted. Its end
 * time is the end of its last work, not the time at which this was found out.
 */
export class Action {
  readonly name: string
  readonly span: Span
  readonly context: Context
  readonly startMillis: number
  /** False when the action happened while recording was off. */
  readonly isRecorded: boolean
  readonly #parts: ActionParts
  readonly #pending = new Map<object, number>()
  readonly #waits = new WeakSet<object>()
  readonly #errors = new Set<unknown>()
  /**
   * The limit counts from the creation of this object: a prerendered page, or an action that the loader saw, began long
   * before.
   */
  readonly #limitMillis = performance.now() + ACTION_LIMIT_MILLIS
  #lastEndMillis: number
  #reason: EndReason = 'done'
  #settling = 0
  #limitTimer: number | undefined
  #ended = false

  constructor(parts: ActionParts) {
    this.name = parts.name
    this.span = parts.span
    this.isRecorded = parts.span.isRecording()
    this.startMillis = parts.startMillis
    this.context = parts.context.setValue(ACTION, this)
    this.#parts = parts
    this.#lastEndMillis = parts.startMillis
  }

  /** True once the action has caused something. An action that causes nothing is never exported. */
  get used(): boolean {
    return this.#limitTimer !== undefined
  }

  /** True for a sampled root span of this page. */
  get isExported(): boolean {
    const { traceFlags } = this.span.spanContext()
    return this.#parts.isRoot && (traceFlags & TraceFlags.SAMPLED) !== 0
  }

  get ended(): boolean {
    return this.#ended
  }

  /**
   * True when work that starts now no longer belongs to this action. Polling that continues after the page load, for
   * example, is not part of the page load.
   */
  get expired(): boolean {
    return performance.now() > this.#limitMillis || (this.#parts.type === 'pageload' && this.#ended)
  }

  /** Marks the action as having caused something, so that it is exported. */
  use(): void {
    if (this.used || this.#ended) return
    const left = Math.max(0, this.#limitMillis - performance.now())
    this.#limitTimer = this.#parts.globals.setTimeout(() => this.finish('timeout'), left)
    this.#parts.onUse()
    this.#settle()
  }

  /** Registers pending work. Work that has a span of its own also calls `use`. */
  begin(work: object): void {
    if (this.#ended || this.#pending.has(work)) return
    const timer = this.#parts.globals.setTimeout(() => this.#giveUp(work), CHILD_LIMIT_MILLIS)
    this.#pending.set(work, timer)
  }

  /**
   * Registers a possible cause of work, such as a timer. An action that ends early is not marked incomplete because of
   * it.
   */
  wait(work: object): void {
    this.#waits.add(work)
    this.begin(work)
  }

  /** Ends pending work. `endMillis` moves the end of the action; work without a duration, such as a timer, omits it. */
  done(work: object, endMillis?: number): void {
    const timer = this.#pending.get(work)
    if (timer === undefined) return
    this.#parts.globals.clearTimeout(timer)
    this.#pending.delete(work)
    if (endMillis !== undefined && endMillis > this.#lastEndMillis) this.#lastEndMillis = endMillis
    this.#settle()
  }

  /** Moves the end of the action to a later time: when its result was painted, or when an error occurred. */
  extendTo(atMillis: number): void {
    if (!this.#ended && atMillis > this.#lastEndMillis) this.#lastEndMillis = atMillis
  }

  /**
   * Keeps the action open until the next frame is painted. A hidden page may have no frames, so there is a time limit.
   */
  awaitPaint(): void {
    const { setTimeout, requestAnimationFrame } = this.#parts.globals
    const paint = {}
    this.begin(paint)
    // A task that a frame callback queues runs after that frame was painted.
    requestAnimationFrame(() => setTimeout(() => this.done(paint, performance.now()), 0))
    setTimeout(() => this.done(paint), FRAMES_TIMEOUT_MILLIS)
  }

  /**
   * Records an error on the span. An error that is reported more than once, because it was rethrown, is recorded once.
   */
  fail(error: unknown, context?: Attributes): void {
    if (this.#errors.has(error)) return
    this.#errors.add(error)
    recordError(this.span, error, context)
    this.extendTo(performance.now())
    this.use()
  }

  /** Ends the action now. Without pending work, its end is the end of its last work. */
  finish(reason: EndReason, endMillis?: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#parts.globals.clearTimeout(this.#limitTimer)
    const left = [...this.#pending.keys()].some((work) => !this.#waits.has(work))
    const end = endMillis ?? (left ? performance.now() : this.#lastEndMillis)
    for (const timer of this.#pending.values()) this.#parts.globals.clearTimeout(timer)
    this.#pending.clear()
    if (!this.used) return
    this.span.setAttribute(ATTR_ACTION_END_REASON, reason)
    if (left && (reason === 'hidden' || reason === 'pagehide')) this.span.setAttribute(ATTR_INCOMPLETE, true)
    this.span.end(this.#parts.clock.at(this.span.spanContext().traceId, end))
    this.#parts.onEnd()
  }

  #giveUp(work: object): void {
    this.#pending.delete(work)
    this.#reason = 'timeout'
    this.#lastEndMillis = performance.now()
    this.#settle()
  }

  /** Ends the action after the grace period and two frames, unless work begins in the meantime. */
  #settle(): void {
    if (this.#ended || !this.used || this.#pending.size > 0) return
    const { setTimeout, requestAnimationFrame } = this.#parts.globals
    const turn = ++this.#settling
    const settled = () => {
      if (turn !== this.#settling || this.#pending.size > 0) return
      this.finish(this.#reason, this.#lastEndMillis)
    }
    setTimeout(() => {
      if (turn !== this.#settling || this.#pending.size > 0) return
      setTimeout(settled, FRAMES_TIMEOUT_MILLIS)
      requestAnimationFrame(() => requestAnimationFrame(settled))
    }, GRACE_MILLIS)
  }
}
