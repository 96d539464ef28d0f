import type { PreactComponent } from './preact-internals.ts'

type Subscribers = Set<PreactComponent>

/** The components that use the value of each provider of a context. */
export class ContextProviders {
  readonly #values = new WeakMap<PreactComponent, unknown>()
  readonly #subscribers = new WeakMap<PreactComponent, Subscribers>()
  /** The sets that a component is in. */
  readonly #memberships = new WeakMap<PreactComponent, Set<Subscribers>>()

  /** Records the subscribers of a component from now on, if it is a provider. */
  watch(component: PreactComponent): void {
    const { sub, props } = component
    if (typeof sub !== 'function' || this.#subscribers.has(component)) return
    const subscribers: Subscribers = new Set()
    this.#subscribers.set(component, subscribers)
    this.#values.set(component, props.value)
    component.sub = (subscriber) => {
      subscribers.add(subscriber)
      const memberships = this.#memberships.get(subscriber) ?? new Set()
      this.#memberships.set(subscriber, memberships.add(subscribers))
      return sub.call(component, subscriber)
    }
  }

  /** Returns the subscribers of a provider that renders with another value than before. */
  changedSubscribers(component: PreactComponent): Iterable<PreactComponent> {
    const subscribers = this.#subscribers.get(component)
    const { value } = component.props
    if (!subscribers || this.#values.get(component) === value) return []
    this.#values.set(component, value)
    return subscribers
  }

  removeSubscriber(component: PreactComponent): void {
    for (const subscribers of this.#memberships.get(component) ?? []) subscribers.delete(component)
  }
}
