import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { type Method, patchMethod, patchProperty, type Restore } from '../../platform/patch.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'
import { Segment } from '../microtasks/segment.ts'

/** How many consecutive awaits of one context in one microtask checkpoint are followed individually. */
const FOLLOWED_AWAITS = 64

/** The class of the promises that async functions return. */
export const AsyncPromise: PromiseConstructor = (async () => {})().constructor as PromiseConstructor

declare global {
  var __zone_symbol__Promise: ZoneNativePromise | undefined
}

/** The intrinsic %Promise%, under the name by which zone.js keeps it. */
interface ZoneNativePromise extends PromiseConstructor {
  readonly prototype: Promise<unknown> & { readonly __zone_symbol__then: Method }
}

/**
 * If the page has zone.js, the Angular CLI compiles async functions, also those of the SDK, to functions that return
 * promises of zone.js.
 */
const replaced = globalThis.__zone_symbol__Promise

/** The intrinsic %Promise%, even if a page has replaced the global. */
export const NativePromise: PromiseConstructor = replaced ?? AsyncPromise

const register = replaced ? replaced.prototype.__zone_symbol__then : onSettled

/** The number of pending awaits of a context. */
interface Flow {
  pending: number
}

/**
 * Binds the continuation of every `await` to the context of the awaiting code.
 *
 * ECMA-262, PromiseResolve: `await p` reads `p.constructor` before it registers its continuation. This class installs a
 * getter there that registers a reaction first. Reactions run in order of registration, so that reaction runs right
 * before the continuation and makes its context active. A second reaction, registered before code of another context
 * can run, runs right after the continuation. Neither adds a tick to the promises of the page, and `p.constructor`
 * still returns the same value.
 *
 * @see https://tc39.es/ecma262/#sec-promise-resolve
 */
export class AwaitHook {
  readonly #contexts: MicrotaskContexts
  readonly #enqueue: (callback: () => void) => unknown
  readonly #accessor: PropertyDescriptor
  #enabled = true
  /** The number of consecutive awaits of `#context`. */
  #followed = 0
  #context: Context = ROOT_CONTEXT
  #flow: Flow | undefined
  readonly #flowOf = new WeakMap<Context, Flow>()
  /** The number of contexts, apart from the root context, that have pending awaits. */
  #pendingFlows = 0
  #unclosed: Promise<unknown>[] = []
  /**
   * The context of the continuation that is running. It is cleared at the next await: a continuation that does not
   * await again ends its function, by returning or by throwing.
   */
  #ending: Context | undefined

  constructor(contexts: MicrotaskContexts, enqueue: (callback: () => void) => unknown) {
    this.#contexts = contexts
    this.#enqueue = enqueue
    this.#accessor = this.#constructorAccessor()
  }

  /** Follows the awaits of all promises. This slows down awaits: engines skip only an unpatched look-up. */
  install(): Restore {
    const { prototype } = NativePromise
    this.#contexts.following = true
    // `Promise.resolve(p)` also reads `p.constructor`, but does not await.
    const restoreResolve = patchMethod(NativePromise, 'resolve', (stock, self, args) =>
      this.#contexts.withoutFollowing(stock, self, args),
    )
    const restoreConstructor = patchProperty(prototype, 'constructor', (own) =>
      own.value === NativePromise ? this.#accessor : undefined,
    )
    return () => {
      restoreResolve()
      restoreConstructor()
    }
  }

  /** Stops following awaits. */
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
    // A long loop of awaits needs no attribution of each one while no other context has pending awaits.
    const own = flow !== undefined && flow.pending > 0 ? 1 : 0
    if (++this.#followed > FOLLOWED_AWAITS && this.#pendingFlows === own) {
      this.#followed = 0
      contexts.enterLoop()
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

  /**
   * Registers the reactions that run right after the continuations, before code of another context can settle the
   * promises.
   */
  #close = (): void => {
    const promises = this.#unclosed
    this.#unclosed = []
    this.#contexts.beforeChange = undefined
    for (const promise of promises) this.#react(promise, this.#leave)
  }

  #react(promise: Promise<unknown>, callback: () => void): void {
    this.#contexts.withoutFollowing(register, promise, [callback, callback])
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
        if (contexts.watching > 0) contexts.reacted(this)
        if (contexts.current.context === contexts.loopContext || contexts.ignoresReads || !hook.#enabled)
          return NativePromise
        if (contexts.followed === this) {
          contexts.followed = undefined
        } else if (this !== NativePromise.prototype) {
          try {
            hook.#follow(this)
          } catch {
            // The receiver is not a promise, but an object that inherits from `Promise.prototype`.
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

/**
 * Calls back in the microtask position of a continuation registered now, whether the promise is fulfilled or rejected.
 */
async function onSettled(this: Promise<unknown>, callback: () => void): Promise<void> {
  try {
    await this
  } catch {
    // The page handles the rejection.
  }
  callback()
}
