import type { Context } from '@opentelemetry/api'
import type { Method } from '../../platform/patch.ts'
import type { EventRule } from './event-contexts.ts'

/** A listener: a function, or an object with `handleEvent`. */
export type Listener = Method | { handleEvent?: unknown }

/** A wrapper that is registered in place of a listener of the page. */
interface WrappedListener {
  readonly call: Method
  context: Context
}

interface Target {
  /** Weak: a target may exist as long as the page, while its listeners come and go. */
  readonly wrappedListeners: WeakMap<Listener, WrappedListener>
  readonly originals: WeakMap<object, Listener>
  readonly restores: Map<string, (target: object) => void>
}

/**
 * Wrappers of the page's listeners, one for each pair of target and listener, so that they can be found for removal.
 */
export class WrappedListeners {
  readonly #make: (listener: Listener, target: object, rule: EventRule) => WrappedListener
  readonly #targets = new WeakMap<object, Target>()
  #known = new Set<WeakRef<object>>()
  #pruneAt = 128

  constructor(make: (listener: Listener, target: object, rule: EventRule) => WrappedListener) {
    this.#make = make
  }

  /** Returns the wrapper of a listener, creating it if necessary. Its context is the one of the latest registration. */
  get(target: object, listener: Listener, rule: EventRule, context: Context): Method {
    const { wrappedListeners, originals } = this.#targetOf(target)
    let wrapped = wrappedListeners.get(listener)
    if (wrapped === undefined) {
      wrapped = this.#make(listener, target, rule)
      wrappedListeners.set(listener, wrapped)
      originals.set(wrapped.call, listener)
    }
    wrapped.context = context
    return wrapped.call
  }

  find(target: object, listener: Listener): Method | undefined {
    return this.#targets.get(target)?.wrappedListeners.get(listener)?.call
  }

  original(target: object, call: unknown): Listener | undefined {
    return this.#targets.get(target)?.originals.get(call as object)
  }

  /** Stores a function that puts the original listener back in place when all wrappers are removed. */
  whenRestored(target: object, key: string, restore: (target: object) => void): void {
    this.#targetOf(target).restores.set(key, restore)
  }

  forget(target: object, key: string): void {
    this.#targets.get(target)?.restores.delete(key)
  }

  restore(): void {
    for (const reference of this.#known) {
      const target = reference.deref()
      if (target === undefined) continue
      for (const restore of this.#targets.get(target)?.restores.values() ?? []) restore(target)
      this.#targets.delete(target)
    }
    this.#known.clear()
  }

  #targetOf(target: object): Target {
    const known = this.#targets.get(target)
    if (known !== undefined) return known
    const made: Target = { wrappedListeners: new WeakMap(), originals: new WeakMap(), restores: new Map() }
    this.#targets.set(target, made)
    this.#known.add(new WeakRef(target))
    if (this.#known.size > this.#pruneAt) this.#prune()
    return made
  }

  #prune(): void {
    this.#known = new Set([...this.#known].filter((reference) => reference.deref() !== undefined))
    this.#pruneAt = Math.max(128, 2 * this.#known.size)
  }
}
