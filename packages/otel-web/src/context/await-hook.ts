import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type MicrotaskContexts, Segment } from './microtask-contexts.ts'
import { patchMethod, type Restore } from './patch.ts'

/** Awaits of one context in a row, within one checkpoint, that are followed one by one. */
const FOLLOWED_AWAITS = 64

/** The intrinsic %Promise%, whoever has replaced the global. */
export const NativePromise: PromiseConstructor = (async () => {})().constructor as PromiseConstructor

/** How many awaits of a context are pending. */
interface Flow {
  pending: number
}

/**
 * Binds the continuation of every `await` to the context of the code that awaits.
 *
 * By ECMA-262 (27.2.4.7.1 PromiseResolve) `await p` reads `p.constructor` before it registers its continuation.
 * A getter there registers a reaction of ours first: reactions run in order, so ours runs right before the
 * continuation and lets it in. A second one, registered before any other context can act, runs right after it.
 * Neither adds a tick to the page's own promises, and `p.constructor` stays what it was.
 *
 * @see https://tc39.es/ecma262/#sec-promise-resolve
 */
export function hookAwait(contexts: MicrotaskContexts, enqueue: (callback: () => void) => void): Restore {
  const prototype = NativePromise.prototype
  const own = Object.getOwnPropertyDescriptor(prototype, 'constructor')
  if (own === undefined || own.value !== NativePromise) return () => {}

  let enabled = true
  let followed = 0
  let followedContext: Context = ROOT_CONTEXT
  let flow: Flow | undefined
  /** Contexts with pending awaits, the empty one not counted. */
  let flows = 0
  const flowOf = new WeakMap<Context, Flow>()
  let unmarked: Promise<unknown>[] = []

  const react = nativeReaction(contexts)

  function follow(promise: Promise<unknown>): void {
    const { context } = contexts.current
    contexts.touch()
    if (context !== followedContext) {
      followedContext = context
      followed = 0
      flow = context === ROOT_CONTEXT ? undefined : flowFor(context)
    }
    const own = flow
    // In a long loop of one context, with nobody else about, there is nothing to take for another's.
    if (++followed > FOLLOWED_AWAITS && flows === (own !== undefined && own.pending > 0 ? 1 : 0)) {
      contexts.heat()
      followed = 0
    }
    if (own !== undefined && own.pending++ === 0) flows++
    const segment = new Segment(context, contexts)
    react(promise, () => {
      if (own !== undefined && --own.pending === 0) flows--
      contexts.resume(segment)
    })
    if (unmarked.push(promise) === 1) {
      contexts.beforeChange = markEnds
      enqueue(markEnds)
    }
  }

  /** Registers what runs right after the continuations: before anybody else's code can settle the promises. */
  function markEnds(): void {
    const promises = unmarked
    unmarked = []
    contexts.beforeChange = undefined
    for (const promise of promises) react(promise, leave)
  }

  function leave(): void {
    contexts.leave()
  }

  function flowFor(context: Context): Flow {
    const known = flowOf.get(context)
    if (known !== undefined) return known
    const made = { pending: 0 }
    flowOf.set(context, made)
    return made
  }

  function get(this: Promise<unknown>): PromiseConstructor {
    if (contexts.current === contexts.hot || contexts.quiet || !enabled || this === prototype)
      return NativePromise
    try {
      follow(this)
    } catch {
      // Not a promise: an object made from its prototype.
    }
    return NativePromise
  }

  function set(this: Promise<unknown>, value: unknown): void {
    Object.defineProperty(this, 'constructor', {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    })
  }

  Object.defineProperty(prototype, 'constructor', { configurable: true, enumerable: false, get, set })

  // `Promise.resolve(p)` and `finally` read the constructor, too, and wait for nothing.
  const restoreResolve = patchMethod(NativePromise, 'resolve', (original) => {
    return function (this: unknown, ...args) {
      return contexts.quietly(original, this, args)
    }
  })

  return () => {
    enabled = false
    restoreResolve()
    if (Object.getOwnPropertyDescriptor(prototype, 'constructor')?.get === get) {
      Object.defineProperty(prototype, 'constructor', own)
    }
  }
}

/** Registers a callback for when a promise settles, either way, without the page's `then`. */
function nativeReaction(
  contexts: MicrotaskContexts,
): (promise: Promise<unknown>, callback: () => void) => void {
  const { then } = NativePromise.prototype
  if (/\{\s*\[native code\]\s*\}/.test(Function.prototype.toString.call(then))) {
    return (promise, callback) => contexts.quietly(then, promise, [callback, callback])
  }
  // zone.js has replaced it; an await of ours still reaches the engine's own.
  const onSettled = async (promise: Promise<unknown>, callback: () => void): Promise<void> => {
    try {
      await promise
    } catch {
      // The page's own affair.
    }
    callback()
  }
  return (promise, callback) => contexts.quietly(onSettled, undefined, [promise, callback])
}
