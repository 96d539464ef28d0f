import { type Context, context } from '@opentelemetry/api'
import { withPossibleCauses } from '../context/callbacks/shared-callbacks.ts'
import { ContextProviders } from './context-providers.ts'
import type { Method, PreactComponent, PreactEffect, PreactOptions, PreactVNode } from './preact-internals.ts'

/** What the module `preact` exports. */
export interface Preact {
  readonly options: object
  readonly Component: { readonly prototype: object }
}

/** A component that renders, with the context that caused it. */
interface Render {
  readonly component: PreactComponent
  context?: Context | undefined
}

/**
 * Runs effects, lifecycle methods and renders of Preact components in the context of the updates that caused them: those
 * of the component itself and of the components above it. Updates of several contexts are possible causes: the requests
 * that follow are roots with links. Works with Preact 10 and 11, before or after `preact/hooks` is imported, in any
 * build. Call it once, after `startTracing()`.
 *
 * @param preact the page's own `preact` module: its `options` and `Component` are patched
 * @returns stops following
 * @example
 * import * as preact from 'preact'
 * followPreact(preact)
 */
export function followPreact({ options, Component }: Preact): () => void {
  const follower = new PreactFollower()
  patchBefore(Component.prototype as Record<string, Method | undefined>, {
    setState: follower.onUpdate,
    forceUpdate: follower.onUpdate,
  })
  const own: PreactOptions = options
  patchBefore(own as Record<string, Method | undefined>, {
    __r: follower.onRender,
    diffed: follower.onDiffed,
    unmount: follower.onUnmount,
  })
  const { __e: catchError } = own
  own.__e = function (this: unknown, ...args: unknown[]) {
    // The error boundary's update has the cause of the render that failed.
    const cause = follower.onError(args[1] as PreactVNode)
    return runIn(cause, () => catchError?.apply(this, args))
  }
  return follower.stop
}

class PreactFollower {
  readonly #providers = new ContextProviders()
  /** The contexts of updates that a component has not rendered yet. */
  readonly #pending = new WeakMap<object, Context>()
  /** The context of a component's latest render or of its removal. Its clean-ups run in it. */
  readonly #latest = new WeakMap<object, Context | undefined>()
  /** The components that are rendering, outermost first. */
  #renders: Render[] = []
  readonly #wrapped = new WeakSet<Method>()
  #isStopped = false

  readonly stop = (): void => {
    this.#isStopped = true
    this.#renders = []
  }

  readonly onUpdate = (component: object): void => {
    if (!this.#isStopped) this.#pending.set(component, join(this.#pending.get(component), context.active()))
  }

  readonly onRender = (_: unknown, { __c: component }: PreactVNode): void => {
    if (this.#isStopped || !component) return
    const above = this.#renders.at(-1)
    // A provider gets its `sub` while it renders for the first time, before the components below it render.
    if (above) this.#providers.watch(above.component)
    // A component that updates itself while it renders is rendered again at once.
    if (above?.component !== component) this.#renders.push({ component, context: above?.context })
    const render = this.#renders.at(-1) as Render
    const update = this.#pending.get(component)
    if (update) render.context = join(render.context, update)
    this.#pending.delete(component)
    const { context: cause } = render
    // Preact renders the subscribers of a changed value without a call of their `setState`.
    for (const subscriber of this.#providers.changedSubscribers(component)) {
      this.#pending.set(subscriber, join(this.#pending.get(subscriber), cause ?? context.active()))
    }
    if (cause && cause !== context.active()) renderOnceIn(component, cause)
  }

  readonly onDiffed = (_: unknown, { __c: component }: PreactVNode): void => {
    if (!component) return
    // Of an update that changed nothing, too.
    this.#pending.delete(component)
    const index = this.#renders.findLastIndex((render) => render.component === component)
    if (index < 0) return
    const cause = this.#renders[index]?.context ?? context.active()
    this.#renders.length = index
    this.#latest.set(component, cause)
    const { __h: callbacks = [], __H: { __h: effects = [] } = {} } = component
    for (const effect of effects) this.#wrapEffect(effect, component, cause)
    for (const [index, callback] of callbacks.entries()) {
      if (typeof callback !== 'function') this.#wrapEffect(callback, component, cause)
      else callbacks[index] = this.#wrap(callback, cause)
    }
  }

  readonly onUnmount = (_: unknown, { __c: component }: PreactVNode): void => {
    if (!component) return
    this.#latest.set(component, this.#renders.at(-1)?.context ?? context.active())
    this.#providers.removeSubscriber(component)
  }

  /** Ends the render that failed. Returns its cause. */
  onError(vnode: PreactVNode | undefined): Context | undefined {
    const index = this.#renders.findLastIndex(({ component }) => component === vnode?.__c)
    const cause = this.#renders.at(index)?.context
    if (index >= 0) this.#renders.length = index
    return cause
  }

  #wrapEffect(effect: PreactEffect, component: PreactComponent, cause: Context): void {
    const { __: create } = effect
    if (typeof create !== 'function' || this.#wrapped.has(create as Method)) return
    effect.__ = this.#wrap(() => {
      const cleanUp: unknown = create()
      if (typeof cleanUp !== 'function') return cleanUp
      return () => runIn(this.#isStopped ? undefined : this.#latest.get(component), () => cleanUp())
    }, cause)
  }

  /** Returns a function that calls `fn` in the context. */
  #wrap(fn: Method, cause: Context): Method {
    if (this.#wrapped.has(fn)) return fn
    const isStopped = () => this.#isStopped
    const wrapper: Method = function (this: unknown, ...args) {
      return runIn(isStopped() ? undefined : cause, () => fn.apply(this, args))
    }
    this.#wrapped.add(wrapper)
    return wrapper
  }
}

/** Runs the next render of a component in a context. */
function renderOnceIn(component: PreactComponent, cause: Context): void {
  const { render } = component
  const isOwn = Object.hasOwn(component, 'render')
  component.render = function (this: unknown, ...args) {
    if (isOwn) component.render = render
    // A class has the method on its prototype.
    else Reflect.deleteProperty(component, 'render')
    return runIn(cause, () => render.apply(this, args))
  }
}

/** Calls a function of ours, with `this` and the arguments, before each method. */
function patchBefore(
  target: Record<string, Method | undefined>,
  before: Readonly<Record<string, (self: object, argument: PreactVNode) => void>>,
): void {
  for (const [name, run] of Object.entries(before)) {
    const stock = target[name]
    target[name] = function (this: object, ...args) {
      run(this, args[0] as PreactVNode)
      return stock?.apply(this, args)
    }
  }
}

function join(one: Context | undefined, other: Context): Context {
  return !one || one === other ? other : withPossibleCauses([one, other])
}

function runIn<R>(cause: Context | undefined, fn: () => R): R {
  return cause ? (context.with(cause, fn as () => ReturnType<() => R>) as R) : fn()
}
