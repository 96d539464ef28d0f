import type { Context } from '@opentelemetry/api'
import type { EventRule } from './event-contexts.ts'
import type { Listener } from './event-listeners.ts'
import type { Method } from './patch.ts'

/** A listener of ours in the place of one of the page's. */
interface StandIn {
  readonly call: Method
  context: Context
}

interface Target {
  /** Weak: a target may live as long as the page, and see listeners come and go. */
  readonly standIns: WeakMap<Listener, StandIn>
  readonly originals: WeakMap<object, Listener>
  readonly restores: Map<string, (target: object) => void>
}

/** The listeners that stand in for the page's own: one for each target and listener, found again for removal. */
export class StandIns {
  readonly #make: (listener: Listener, target: object, rule: EventRule) => StandIn
  readonly #targets = new WeakMap<object, Target>()
  #known = new Set<WeakRef<object>>()
  #pruneAt = 128

  constructor(make: (listener: Listener, target: object, rule: EventRule) => StandIn) {
    this.#make = make
  }

  /** The stand-in for a listener, made when there is none yet. It belongs to who registered the listener last. */
  get(target: object, listener: Listener, rule: EventRule, context: Context): Method {
    const { standIns, originals } = this.#targetOf(target)
    let standIn = standIns.get(listener)
    if (standIn === undefined) {
      standIn = this.#make(listener, target, rule)
      standIns.set(listener, standIn)
      originals.set(standIn.call, listener)
    }
    standIn.context = context
    return standIn.call
  }

  find(target: object, listener: Listener): Method | undefined {
    return this.#targets.get(target)?.standIns.get(listener)?.call
  }

  original(target: object, call: unknown): Listener | undefined {
    return this.#targets.get(target)?.originals.get(call as object)
  }

  /** What puts the page's own listener back in its place, once all stand-ins are to go. */
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
    const made: Target = { standIns: new WeakMap(), originals: new WeakMap(), restores: new Map() }
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
