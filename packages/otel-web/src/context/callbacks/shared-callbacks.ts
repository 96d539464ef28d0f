import { type Context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import type { Method } from '../../platform/patch.ts'

/** How many of the latest callbacks that one turn scheduled are remembered. */
const MAX_CALLBACKS = 64
/** How many contexts are kept of those that may have caused something. */
const MAX_CAUSES = 8

/**
 * The source text of a native function, such as the resolve function of a promise. Its context does not matter: the
 * reactions of the promise have their own.
 */
const NATIVE = /\[native/

const POSSIBLE = createContextKey('throughline possible causes')

/** The contexts one of which caused the work of this context, when it is unknown which one. */
export function possibleCauses(context: Context): readonly Context[] | undefined {
  return context.getValue(POSSIBLE) as readonly Context[] | undefined
}

/** The context of work that one of several contexts caused. It has no span, only {@link possibleCauses}. */
export function withPossibleCauses(contexts: readonly Context[]): Context {
  const causes = contexts.flatMap((context) => possibleCauses(context) ?? context)
  return ROOT_CONTEXT.setValue(
    POSSIBLE,
    [...new Set(causes)].filter((context) => context !== ROOT_CONTEXT).slice(0, MAX_CAUSES),
  )
}

/** A run of code of one trace, and the callbacks that it scheduled. Names that end in `_` are mangled by the build. */
interface Turn {
  readonly trace_?: unknown
  readonly context_: Context
  readonly callbacks_: Method[]
  next_?: Turn
}

/** Returns the context for a callback at the time it starts. */
export type FindContext = () => Context

/**
 * Finds callbacks that may serve several traces. Frameworks batch updates: the first update schedules a function, in a
 * microtask or a frame, that processes all of them, and later updates schedule nothing.
 *
 * A callback belongs to the code that scheduled it if no code of another trace ran in between. If some did, the
 * callback still belongs to that code when the same function is known to be scheduled by two traces at once: each trace
 * then schedules its own.
 */
export class SharedCallbacks {
  readonly #enqueue: (callback: () => void) => unknown
  /** The current turn. Earlier turns are referenced only by the callbacks that they scheduled. */
  #turn: Turn = { context_: ROOT_CONTEXT, callbacks_: [] }
  #count = 0
  /** Functions that were scheduled. The value is true when two traces had scheduled the function at the same time. */
  readonly #known = new WeakMap<Method, boolean>()
  /** Source texts of functions that are created anew by each trace and scheduled by it. */
  readonly #own = new Set<string>()
  #ticks = 0
  #ticksLeft = 0

  constructor(enqueue: (callback: () => void) => unknown) {
    this.#enqueue = enqueue
  }

  /**
   * Records that code of a context runs.
   *
   * @returns whether the context belongs to a trace; a callback without a trace cannot be attributed to the wrong one
   */
  ran(context: Context): boolean {
    const trace_ = trace.getSpanContext(context)?.traceId ?? possibleCauses(context)
    if (trace_ && this.#turn.trace_ !== trace_)
      this.#turn = this.#turn.next_ = { trace_, context_: context, callbacks_: [] }
    return !!trace_
  }

  /** Records that a callback is scheduled to run soon. A reaction runs soon only if its promise is already settled. */
  schedule(callback: Method, context: Context, isReaction?: boolean): FindContext {
    // A function that is reused is identified by its identity: several schedulers may have the same source text.
    const isKnown = this.#known.has(callback)
    if (!isKnown) this.#known.set(callback, false)
    if (!this.ran(context)) return () => context
    const { callbacks_, trace_ } = this.#turn
    callbacks_[this.#count++ % MAX_CALLBACKS] = callback
    // Weak, since a reaction to a promise that never settles would otherwise keep all later turns in memory.
    const turn = hold(this.#turn, isReaction)
    const ticks = this.#ticks
    if (isReaction) {
      // Reactions to a promise that is already settled run before the second of these ticks.
      if (!this.#ticksLeft) this.#enqueue(this.#tick)
      this.#ticksLeft = 2
    }
    return () => {
      if (isReaction && this.#ticks - ticks > 1) return context
      const others: Turn[] = []
      for (let other = turn.deref(); other; other = other.next_)
        if (other.trace_ !== trace_) others.push(other)
      if (others.length === 0) return context
      const text = textOf(callback)
      const isSame = (other: Method) => other === callback || (!isKnown && textOf(other) === text)
      if (others.some((other) => other.callbacks_.some(isSame))) {
        this.#known.set(callback, true)
        this.#own.add(text)
      }
      return this.#known.get(callback) || (!isKnown && this.#own.has(text)) || NATIVE.test(text)
        ? context
        : withPossibleCauses([context, ...others.map((other) => other.context_)])
    }
  }

  #tick = (): void => {
    this.#ticks++
    if (--this.#ticksLeft) this.#enqueue(this.#tick)
  }
}

function hold(turn: Turn, isWeak?: boolean): Pick<WeakRef<Turn>, 'deref'> {
  return isWeak ? new WeakRef(turn) : { deref: () => turn }
}

function textOf(callback: Method): string {
  return Function.prototype.toString.call(callback)
}
