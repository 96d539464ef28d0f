/**
 * The parts of Preact's internals that are used, by the names that its published builds have:
 * https://github.com/preactjs/preact/blob/main/mangle.json. They are the same in 10.0 to 11.2.
 */

export type Method = (...args: unknown[]) => unknown

/** Preact's options. Preact calls each of these functions if it is set. */
export interface PreactOptions {
  /** `_render`: before each call of a component's function or `render`. */
  __r?: Method | undefined
  /** After a component and those below it were compared, also if it was not rendered. */
  diffed?: Method | undefined
  /** `_catchError` */
  __e?: Method | undefined
  unmount?: Method | undefined
}

export interface PreactVNode {
  /** `_component` */
  readonly __c?: PreactComponent
}

export interface PreactComponent {
  render: Method
  /** `_renderCallbacks`: layout effects, and functions of lifecycle methods, until the commit. */
  readonly __h?: (PreactEffect | Method)[]
  /** `__hooks`, with `_pendingEffects` */
  readonly __H?: { readonly __h?: PreactEffect[] }
  readonly props: { readonly value?: unknown }
  /** Subscribes a component to the value of a context. Only providers have it. */
  sub?: (subscriber: PreactComponent) => void
}

/** The state of `useEffect` or `useLayoutEffect`. */
export interface PreactEffect {
  /** `_value`: the effect. */
  __?: unknown
}
