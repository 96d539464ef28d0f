import type { Context, ContextManager } from '@opentelemetry/api'
import { MEETING_POINT } from '../../context/awaits/compiled-awaits.ts'
import type { MicrotaskContexts } from '../../context/microtasks/microtask-contexts.ts'
import { type Cause, join, type Several, setSeveral, UNKNOWN } from './cause.ts'
import type { ComponentRender } from './component-render.ts'
import type { FollowedHook } from './followed-setter.ts'
import type { Fiber, FiberRoot } from './react-internals.ts'

// At most one React per page is followed. Its state is in variables of modules, which take three quarters of the bytes
// of object fields: docs/decisions.md. Names that end in `_` are mangled by the build.

/** Reads and sets the active context. */
export type ReactContexts = Pick<ContextManager, 'active' | 'with'>

/** The methods that only {@link AsyncContextManager} has. */
type Resumable = Pick<MicrotaskContexts, 'resumeIn' | 'leave'>

/** Undefined while React is not followed. */
export let contexts: ReactContexts | undefined
/** True while a component renders. */
export let isInside: boolean | undefined
/** State of the component that is rendering, if it took updates or has effects. */
let component: ComponentRender | undefined
/** The last hook with a setter that the component has called so far. */
let lastHook: FollowedHook | undefined
/** The number of renders that are not committed yet. */
export let openRenders = 0
/** True when React has rendered since its last commit. */
export let isDirty: boolean
/**
 * The cause of the updates that the pass has taken so far. It is the context of work that components start while they
 * render.
 */
export let taken: Cause
/** The context that was active when the slice began. */
export let outer: Context | undefined
/** Each root's tree at its last commit. */
export const roots: Map<FiberRoot, Fiber | null> = new Map()
/** The scheduler task of each root. */
let tasks: readonly unknown[] = []
let isEntered = false

export function setContexts(given: ReactContexts | undefined, several: Several): void {
  endPass()
  contexts = given
  setSeveral(several)
}

/** Runs `fn` in the context of a cause. */
export function runAs<R>(cause: Cause | false, fn: () => R): R {
  return cause && contexts && contexts.active() !== cause
    ? (contexts.with(cause, fn as () => ReturnType<() => R>) as R)
    : fn()
}

export function setInside(inside?: boolean): void {
  isInside = inside
  component = lastHook = undefined
}

/** Returns the state of the component that is rendering, creating it if necessary. Most components need none. */
export function currentRender(): ComponentRender | undefined {
  if (isInside && !component) {
    openRenders++
    component = {}
    if (lastHook) lastHook.render_ = component
  }
  return component
}

/** Records that a hook with a setter has rendered. */
export function setLastHook(hook: FollowedHook): void {
  lastHook = hook
  if (hook.render_ !== component) hook.render_ = component
}

/** Calls back when the render of the current component is committed. */
export function whenCommitted(shown: (lanes: number) => void): void {
  const render = currentRender()
  if (!render) return
  render.shown_ ??= []
  render.shown_.push(shown)
}

/** Records that React starts a slice of work. React reads the previous dispatcher then. */
export function beginSlice(): void {
  leave()
  isDirty = true
  outer = contexts?.active()
  // The same pass continues if nothing was committed and React's tasks are the same. Otherwise another pass may have
  // begun.
  const before = tasks
  tasks = [...roots.keys()].map(({ callbackNode }) => callbackNode)
  if (taken && !(tasks.some(Boolean) && tasks.every((task, index) => task === before[index])))
    taken = join(taken, UNKNOWN)
  enter()
}

/**
 * Records that the rendering component takes an update. A pass takes the updates of some lanes and ends with a commit.
 */
export function take(cause: Cause): void {
  if (!cause) return
  const render = currentRender()
  if (render) render.own_ = join(render.own_, cause)
  taken = join(taken, cause)
  enter()
}

/** Records that a render was found in a committed tree. */
export function closeRender(): void {
  openRenders--
}

export function endPass(): void {
  leave()
  taken = undefined
  isDirty = false
  // With several roots, renders of another root's pass may still be open.
  if (roots.size < 2) openRenders = 0
}

/** Makes the cause of the pass active, for work that components start while they render. */
function enter(): void {
  leave()
  if (!taken || contexts?.active() === taken) return
  // Other context managers have no such method.
  ownContexts()?.resumeIn(taken)
  isEntered = true
}

export function leave(): void {
  if (isEntered) ownContexts()?.leave()
  isEntered = false
}

function ownContexts(): Resumable | undefined {
  return (globalThis as { [MEETING_POINT]?: { contexts?: Resumable } })[MEETING_POINT]?.contexts
}
