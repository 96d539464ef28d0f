import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type MicrotaskContexts, Segment } from './microtask-contexts.ts'
import { patchMethod, patchProperty, type Restore } from './patch.ts'

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
export class AwaitHook {
  readonly #contexts: MicrotaskContexts
  readonly #enqueue: (callback: () => void) => unknown
  readonly #accessor: PropertyDescriptor
  #enabled = true
  /** Awaits of one context in a row, and which. */
  #followed = 0
  #context: Context = ROOT_CONTEXT
  #flow: Flow | undefined
  readonly #flowOf = new WeakMap<Context, Flow>()
  /** Contexts with pending awaits, the empty one not counted. */
  #pendingFlows = 0
  #unclosed: Promise<unknown>[] = []
  /** Whose continuation is running, until it awaits again: one that does not ends its function, well or badly. */
  #ending: Context | undefined

  constructor(contexts: MicrotaskContexts, enqueue: (callback: () => void) => unknown) {
    this.#contexts = contexts
    this.#enqueue = enqueue
    this.#accessor = this.#constructorAccessor()
  }

  /** Follows the awaits of all promises. Engines await slower from then on: they no longer skip the look-up. */
  install(): Restore {
    const { prototype } = NativePromise
    this.#contexts.following = true
    // `Promise.resolve(p)` reads the constructor, too, and waits for nothing.
    const restoreResolve = patchMethod(NativePromise, 'resolve', (original) => {
      const contexts = this.#contexts
      return function (this: unknown, ...args) {
        return contexts.quietly(original, this, args)
      }
    })
    const restoreConstructor = patchProperty(prototype, 'constructor', (own) =>
      own.value === NativePromise ? this.#accessor : undefined,
    )
    return () => {
      restoreResolve()
      restoreConstructor()
    }
  }

  /** Follows nothing any more. */
  stop(): void {
    this.#enabled = false
  }

  #follow(promise: Promise<unknown>): void {
    const contexts = this.#contexts
    const context = contexts.active()
    this.#ending = undefined
    if (context !== this.#context) {
      this.#context = context
      this.#followed = 0
      this.#flow = context === ROOT_CONTEXT ? undefined : this.#flowFor(context)
    }
    const flow = this.#flow
    // In a long loop of one context, with nobody else about, there is nothing to take for another's.
    const own = flow !== undefined && flow.pending > 0 ? 1 : 0
    if (++this.#followed > FOLLOWED_AWAITS && this.#pendingFlows === own) {
      this.#followed = 0
      contexts.heat()
    }
    if (flow !== undefined && flow.pending++ === 0) this.#pendingFlows++
    const segment = new Segment(context, contexts)
    this.#react(promise, () => {
      if (flow !== undefined && --flow.pending === 0) this.#pendingFlows--
      this.#end()
      this.#ending = context
      contexts.resume(segment)
    })
    if (this.#unclosed.push(promise) > 1) return
    contexts.beforeChange = this.#close
    this.#enqueue(this.#close)
  }

  /** Registers what runs right after the continuations: before anybody else's code can settle the promises. */
  #close = (): void => {
    const promises = this.#unclosed
    this.#unclosed = []
    this.#contexts.beforeChange = undefined
    for (const promise of promises) this.#react(promise, this.#leave)
  }

  #react(promise: Promise<unknown>, callback: () => void): void {
    this.#contexts.quietly(onSettled, undefined, [promise, callback])
  }

  #leave = (): void => {
    this.#end()
    this.#contexts.leave()
  }

  #end(): void {
    if (this.#ending !== undefined) this.#contexts.onRun?.(this.#ending)
    this.#ending = undefined
  }

  #flowFor(context: Context): Flow {
    const known = this.#flowOf.get(context)
    if (known !== undefined) return known
    const made = { pending: 0 }
    this.#flowOf.set(context, made)
    return made
  }

  #constructorAccessor(): PropertyDescriptor {
    const contexts = this.#contexts
    const hook = this
    return {
      configurable: true,
      enumerable: false,
      get(this: Promise<unknown>) {
        if (contexts.current.context === contexts.hot || contexts.quiet || !hook.#enabled)
          return NativePromise
        if (contexts.followed === this) {
          contexts.followed = undefined
        } else if (this !== NativePromise.prototype) {
          try {
            hook.#follow(this)
          } catch {
            // Not a promise: an object made from its prototype.
          }
        }
        return NativePromise
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, 'constructor', {
          value,
          writable: true,
          configurable: true,
          enumerable: true,
        })
      },
    }
  }
}

/** Calls back in the microtask in which a continuation of the promise registered now would run, either way. */
async function onSettled(promise: Promise<unknown>, callback: () => void): Promise<void> {
  try {
    await promise
  } catch {
    // The page's own affair.
  }
  callback()
}
