import { type Cause, join, UNKNOWN } from './cause.ts'
import type { ComponentRender } from './component-render.ts'
import type { FollowedSetter } from './followed-setter.ts'
import { closeRender, contexts, endPass, isDirty, openRenders, outer, roots, take, taken } from './pass.ts'
import {
  CLASS,
  type ClassUpdater,
  type EffectCreate,
  type Fiber,
  type FiberRoot,
  HOST,
  type Hook,
  ROOT,
  SUSPENSE,
} from './react-internals.ts'

/** The number of trees walked so far. */
export let commits = 0
/** The cause of all updates in the latest commit. */
export let commitCause: Cause
/** Store values that changed since the last commit, with the context that changed them. */
export const storeChanges: Map<unknown, Cause> = new Map()
/** Values that `useDeferredValue` has not shown yet, with the renders that still show the previous value. */
export const deferred: Map<unknown, ComponentRender[]> = new Map()
/** The cause that suspended a boundary. */
const suspended = new WeakMap<Fiber, Cause>()
/** The cause of the updates of a class component since it was last idle. */
const classCauses = new WeakMap<object, Cause>()
/** Whether the tree of the current commit was searched. */
let isSearched = false

/** Called by React after the commit of a root, including its layout effects. */
export function onCommit(root: FiberRoot): void {
  isSearched = false
  walkRoot(root, root.current)
  if (!root.current.child) roots.delete(root)
  endPass()
  // A store can be read in several roots, which commit one after the other.
  const pending = [...roots.keys()].filter(({ pendingLanes }) => pendingLanes)
  if (pending.every((each) => each === root)) storeChanges.clear()
  if (!pending.length) deferred.clear()
}

/**
 * Walks roots that have a new tree: layout effects run before React reports the commit.
 *
 * @param early an insertion effect, which runs before React makes the new tree current. The new tree has this effect.
 */
export function catchUp(early?: EffectCreate): void {
  if (!isDirty || (early && isSearched)) return
  if (early) isSearched = true
  for (const [root] of roots) {
    const { current } = root
    walkRoot(root, early && hasEffect(current.alternate, early) ? current.alternate : current)
  }
}

/** Whether the part of the tree that rendered has an effect. */
function hasEffect(fiber: Fiber | null, effect: EffectCreate): boolean {
  for (; fiber; fiber = fiber.sibling) {
    const { child, alternate } = fiber
    if (findEffect(fiber, effect) || (child !== alternate?.child && hasEffect(child, effect))) return true
  }
  return false
}

/** The effect of a component, or its first one that is followed. */
function findEffect({ updateQueue }: Fiber, wanted?: EffectCreate): EffectCreate | undefined {
  const last = updateQueue?.lastEffect
  for (let effect = last; effect; effect = effect.next === last ? null : effect.next)
    if (wanted ? effect.create === wanted : effect.create.render_) return effect.create
}

/**
 * Determines for each rendered component which updates caused its render: its own updates and those of its ancestors.
 */
function walkRoot(root: FiberRoot, tree: Fiber | null): void {
  if (roots.get(root) === tree) return
  commits++
  commitCause = undefined
  roots.set(root, tree)
  try {
    walk(tree)
  } catch {}
}

/** Walks the part of the tree that rendered in this commit. */
function walk(fiber: Fiber | null, above?: Cause): void {
  for (; fiber; fiber = fiber.sibling) {
    const { child, tag, alternate } = fiber
    let cause = above
    if (tag === SUSPENSE) cause = walkBoundary(fiber, cause)
    // `root.render` was called by unknown code.
    else if (tag === ROOT)
      cause =
        alternate?.child && alternate.memoizedState?.element !== fiber.memoizedState?.element
          ? UNKNOWN
          : undefined
    // The status of a form, which React sets itself.
    else if (tag === HOST)
      cause = join(
        cause,
        fiber.memoizedState?.memoizedState !== alternate?.memoizedState?.memoizedState ? outer : 0,
      )
    else if (tag === CLASS) cause = join(cause, causeOfClass(fiber))
    else if (openRenders > 0 && fiber.flags & 1) cause = causeOfHooks(fiber, cause)
    // Calls that change nothing are left out here: a commit has thousands of fibers.
    if (cause !== commitCause) commitCause = join(commitCause, cause)
    // A component that did not render shares its children with the previous tree. Nothing is below the only element of a
    // component that is empty or holds only text.
    if (child && child !== alternate?.child && (child.child || child.sibling || child.tag !== HOST))
      walk(child, cause)
  }
}

/** A boundary keeps the cause that suspended it until it is shown. */
function walkBoundary(fiber: Fiber, above: Cause): Cause {
  const alternate = fiber.alternate
  const before = suspended.get(fiber) ?? suspended.get(alternate as Fiber)
  suspended.delete(fiber)
  suspended.delete(alternate as Fiber)
  if (!fiber.memoizedState) return join(above, before)
  suspended.set(fiber, join(before, alternate?.memoizedState ? above : (above ?? taken)))
  return above
}

/** The cause of the render of a function component. */
function causeOfHooks(fiber: Fiber, above: Cause): Cause {
  let render = findEffect(fiber)?.render_
  // In other components `memoizedState` is not a list of hooks and has no `queue`.
  for (let hook = fiber.memoizedState; hook?.queue !== undefined; hook = hook.next) {
    const followed = (hook.queue?.dispatch as FollowedSetter | undefined)?.hook_
    render ??= followed?.render_?.commit_ ? undefined : followed?.render_
    if (render) break
  }
  if (!render || render.commit_) return above
  const cause = join(above, render.own_)
  closeRender()
  render.cause_ = cause ?? outer
  render.commit_ = commits
  for (const show of render.shown_ ?? []) show(fiber.lanes)
  return cause
}

function causeOfClass({ stateNode, flags, lanes }: Fiber): Cause | 0 {
  const { updater } = stateNode as { readonly updater: ClassUpdater }
  const cause = classCauses.get(stateNode as object)
  // A component without lanes has no pending updates.
  if (!lanes) classCauses.delete(stateNode as object)
  // All class components of a renderer share one updater with `enqueueSetState`, `enqueueReplaceState` and
  // `enqueueForceUpdate`.
  if (!classCauses.has(updater)) {
    classCauses.set(updater, undefined)
    for (const name in updater) {
      const own = updater[name] as Hook
      updater[name] = (target, payload, ...rest) => {
        const context = contexts?.active()
        classCauses.set(target as object, join(classCauses.get(target as object), context))
        // React calls an update function in the render that takes the update. `forceUpdate` has no update function.
        const given = function (this: unknown, ...args: unknown[]) {
          take(context)
          return typeof payload === 'function' ? payload.apply(this, args) : payload
        }
        return own(target, /State/.test(name) ? given : payload, ...rest)
      }
    }
  }
  return flags & 1 && cause
}
