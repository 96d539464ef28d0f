import type { ComponentRender } from './component-render.ts'

/**
 * The parts of React's internals that are used. Their shapes are the same in the development and production builds of
 * react-dom 17.0 to 19.3. Sources: https://github.com/facebook/react/tree/main/packages/react-reconciler/src
 */

/** A hook of a dispatcher, a setter, or a function that the page passes to a hook. */
export type Hook = (...args: unknown[]) => unknown

/**
 * The functions behind `useState` and the other hooks. React sets one before it calls a component, and another one
 * afterwards.
 * @see ReactFiberHooks.js, `renderWithHooks` and `finishRenderingHooks`
 */
export type Dispatcher = Readonly<Record<string, Hook>>

/** The object in which React sets the dispatcher: `H` in version 19, `current` before. */
export type DispatcherRef = Record<string, Dispatcher | null | undefined>

/** What a renderer passes to the hook of React DevTools. @see ReactFiberReconciler.js, `injectIntoDevTools` */
interface RendererInternals {
  readonly version: string
  readonly currentDispatcherRef: DispatcherRef
}

/** The global hook of React DevTools. @see ReactFiberDevToolsHook.js */
export interface DevToolsHook {
  /** Renderers by id. Tools that come later call its `forEach`, which finds none in the hook that the SDK makes. */
  readonly renderers?: readonly RendererInternals[]
  readonly supportsFiber?: boolean
  inject?(internals: RendererInternals): unknown
  onCommitFiberRoot?(id: unknown, root: FiberRoot, ...rest: unknown[]): void
}

/** @see ReactInternalTypes.js, `FiberRoot` */
export interface FiberRoot {
  readonly current: Fiber
  /** The scheduler task that renders this root. */
  readonly callbackNode: unknown
  readonly callbackPriority: number
  readonly pendingLanes: number
}

/** A node of React's tree. `alternate` is its counterpart in the other tree. @see ReactInternalTypes.js, `Fiber` */
export interface Fiber {
  /** @see ReactWorkTags.js */
  readonly tag: number
  /** The lowest bit, `PerformedWork`, says that it rendered. React keeps it for DevTools. @see ReactFiberFlags.js */
  readonly flags: number
  /** The priorities of its updates that were not rendered yet. */
  readonly lanes: number
  readonly child: Fiber | null
  readonly sibling: Fiber | null
  readonly alternate: Fiber | null
  /** The first hook of a function component, the suspended state of a boundary, or the element of a root. */
  readonly memoizedState: HookState | null
  readonly updateQueue: { readonly lastEffect?: EffectState | null } | null
  readonly stateNode: unknown
}

/** @see ReactFiberHooks.js, `Hook` */
interface HookState {
  readonly memoizedState: unknown
  readonly queue?: { readonly dispatch?: Hook } | null
  readonly next: HookState | null
  /** Set for a root. */
  readonly element?: unknown
}

/** @see ReactFiberHooks.js, `Effect` */
interface EffectState {
  readonly create: EffectCreate
  readonly deps: readonly unknown[] | null
  readonly next: EffectState
}

/**
 * The updater that the class components of a renderer share. @see ReactFiberClassComponent.js, `classComponentUpdater`
 */
export type ClassUpdater = Record<string, Hook>

/** Tags of fibers. @see ReactWorkTags.js */
export const CLASS = 1
export const ROOT = 3
export const HOST = 5
export const SUSPENSE = 13

/** The function of an effect, with the render that created it. */
export interface EffectCreate {
  (): unknown
  render_?: ComponentRender | undefined
}
