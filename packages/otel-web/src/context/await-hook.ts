import { type MicrotaskContexts, Segment } from './microtask-contexts.ts'
import { patchMethod, type Restore } from './patch.ts'

/** Awaits of one context in a row, within one checkpoint, that are followed one by one. */
const FOLLOWED_AWAITS = 64

/** The intrinsic %Promise%, whoever has replaced the global. */
export const NativePromise: PromiseConstructor = (async () => {})().constructor as PromiseConstructor

/** A pending await: its context, and in which flush the end of its continuation was marked. */
interface Awaiting {
  readonly promise: Promise<unknown>
  readonly segment: Segment
  flush: number
}

/**
 * Binds the continuation of every `await` to the context of the code that awaits.
 *
 * By ECMA-262 (27.2.4.7.1 PromiseResolve) `await p` reads `p.constructor` before it registers its continuation.
 * A getter there registers a reaction of ours first: reactions run in order, so ours runs right before the
 * continuation and lets it in. A second one, registered a microtask later, runs right after it.
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
  let followedContext: unknown
  let flushes = 0
  let marked = 0
  let unflushed: Awaiting[] = []

  const react = nativeReaction(contexts)

  function follow(promise: Promise<unknown>): void {
    const { current } = contexts
    contexts.touch()
    if (current.context !== followedContext) {
      followedContext = current.context
      followed = 0
    } else if (++followed > FOLLOWED_AWAITS) {
      contexts.heat()
      followed = 0
    }
    const awaiting: Awaiting = { promise, segment: new Segment(current.context, contexts), flush: 0 }
    react(promise, () => contexts.resume(awaiting.segment, awaiting.flush !== 0 && awaiting.flush <= marked))
    if (unflushed.push(awaiting) === 1) enqueue(flush)
  }

  function flush(): void {
    const awaitings = unflushed
    unflushed = []
    const number = ++flushes
    for (const awaiting of awaitings) {
      awaiting.flush = number
      react(awaiting.promise, leave)
    }
    // A promise that is still pending now settles after this microtask: its reactions then lie side by side.
    enqueue(() => {
      marked = number
    })
  }

  function leave(): void {
    contexts.leave()
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
