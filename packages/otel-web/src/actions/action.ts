import { type Context, createContextKey, type Span, TraceFlags } from '@opentelemetry/api'
import type { TraceClock } from '../clock.ts'
import type { PageGlobals } from '../page-globals.ts'
import { recordError } from '../record-error.ts'
import { ATTR_ACTION_END_REASON, ATTR_INCOMPLETE } from '../semconv.ts'

const GRACE_MILLIS = 100
/** Frames may stand still in a page that nobody sees; then this is waited for instead of two of them. */
const FRAMES_TIMEOUT_MILLIS = 500
const CHILD_LIMIT_MILLIS = 15_000
const ACTION_LIMIT_MILLIS = 30_000

const ACTION = createContextKey('throughline action')

export type ActionType = 'click' | 'submit' | 'enter' | 'change' | 'navigation' | 'pageload' | 'custom'

/** Why an action ended: its work was done, it was told to, the page went, or a limit was reached. */
export type EndReason = 'done' | 'ended' | 'hidden' | 'pagehide' | 'timeout'

export interface ActionParts {
  readonly name: string
  readonly span: Span
  readonly context: Context
  /** It has no parent in this page. */
  readonly isRoot: boolean
  readonly startMillis: number
  readonly clock: TraceClock
  readonly globals: PageGlobals
  /** Called once, when it is certain that the action will be exported. */
  readonly onUse: () => void
  /** Called once, right after the span ended. */
  readonly onEnd: () => void
}

/** The action that a context belongs to. */
export function getAction(context: Context): Action | undefined {
  return context.getValue(ACTION) as Action | undefined
}

/**
 * One user action and the end of it. Its span is exported only when the action caused something. It is over when
 * none of the work of its own context is pending, a short grace has passed and two frames were painted; its end is
 * then the end of the last work, not the time of the finding.
 */
export class Action {
  readonly name: string
  readonly span: Span
  readonly context: Context
  readonly startMillis: number
  /** False for what happened while nothing may be recorded. */
  readonly isRecorded: boolean
  readonly #parts: ActionParts
  readonly #pending = new Map<object, number>()
  readonly #waits = new WeakSet<object>()
  readonly #errors = new Set<unknown>()
  /** From when it is known of: a page that was loaded ahead, or before the SDK was there, began long before. */
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

  /** False until the action caused something; what never does is never exported. */
  get used(): boolean {
    return this.#limitTimer !== undefined
  }

  /** A root of this page that is sampled: one that people can look at. */
  get isExported(): boolean {
    const { traceFlags } = this.span.spanContext()
    return this.#parts.isRoot && (traceFlags & TraceFlags.SAMPLED) !== 0
  }

  get ended(): boolean {
    return this.#ended
  }

  /** True when nothing that starts now can be of this action's doing any more. */
  get expired(): boolean {
    return performance.now() > this.#limitMillis
  }

  /** The action caused something: it will be exported. */
  use(): void {
    if (this.used || this.#ended) return
    const left = Math.max(0, this.#limitMillis - performance.now())
    this.#limitTimer = this.#parts.globals.setTimeout(() => this.finish('timeout'), left)
    this.#parts.onUse()
    this.#settle()
  }

  /** Work began; `use` follows for work that is a span of its own. */
  begin(work: object): void {
    if (this.#ended || this.#pending.has(work)) return
    const timer = this.#parts.globals.setTimeout(() => this.#giveUp(work), CHILD_LIMIT_MILLIS)
    this.#pending.set(work, timer)
  }

  /** Work may follow, from a timer for instance; until then nothing is left undone. */
  wait(work: object): void {
    this.#waits.add(work)
    this.begin(work)
  }

  /** Work is done. `endMillis` moves the action's end; holds and timers have none. */
  done(work: object, endMillis?: number): void {
    const timer = this.#pending.get(work)
    if (timer === undefined) return
    this.#parts.globals.clearTimeout(timer)
    this.#pending.delete(work)
    if (endMillis !== undefined && endMillis > this.#lastEndMillis) this.#lastEndMillis = endMillis
    this.#settle()
  }

  /** Something of the action was painted then. */
  painted(atMillis: number): void {
    if (!this.#ended && atMillis > this.#lastEndMillis) this.#lastEndMillis = atMillis
  }

  /** Makes the next frame part of it; a page that nobody sees has none. */
  awaitPaint(): void {
    const { setTimeout, requestAnimationFrame } = this.#parts.globals
    const paint = {}
    this.begin(paint)
    // A task that is queued in a frame's callbacks runs when the frame has been painted.
    requestAnimationFrame(() => setTimeout(() => this.done(paint, performance.now()), 0))
    setTimeout(() => this.done(paint), FRAMES_TIMEOUT_MILLIS)
  }

  /** Records an error; one that comes by several ways, a rethrown one for instance, is recorded once. */
  fail(error: unknown): void {
    if (this.#errors.has(error)) return
    this.#errors.add(error)
    recordError(this.span, error)
    this.use()
  }

  /** Ends it now, when it has caused something: with its last work when none is left. */
  finish(reason: EndReason, endMillis?: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#parts.globals.clearTimeout(this.#limitTimer)
    const left = Array.from(this.#pending.keys()).some((work) => !this.#waits.has(work))
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

  /** Waits out the grace; anything that begins meanwhile makes it start again. */
  #settle(): void {
    if (this.#ended || !this.used || this.#pending.size > 0) return
    const { setTimeout, requestAnimationFrame } = this.#parts.globals
    const turn = ++this.#settling
    let over = false
    const settled = () => {
      if (over || turn !== this.#settling || this.#pending.size > 0) return
      over = true
      this.finish(this.#reason, this.#lastEndMillis)
    }
    setTimeout(() => {
      if (turn !== this.#settling || this.#pending.size > 0) return
      setTimeout(settled, FRAMES_TIMEOUT_MILLIS)
      requestAnimationFrame(() => requestAnimationFrame(settled))
    }, GRACE_MILLIS)
  }
}
