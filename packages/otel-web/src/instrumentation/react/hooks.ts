// biome-ignore-all lint/complexity/useMaxParams: called for each hook of each render; rest parameters cost an array each
import { type Cause, join, UNKNOWN } from './cause.ts'
import { catchUp, commitCause, commits, deferred, idle, storeChanges } from './commits.ts'
import type { FollowedHook, FollowedSetter, Update } from './followed-setter.ts'
import type { MetReact } from './meet-react.ts'
import { contexts, currentRender, isInside, runAs, setLastHook, take, taken } from './pass.ts'
import type { EffectCreate, Hook } from './react-internals.ts'

/** The result of a hook that returns a state and a setter. */
type Pair = [unknown, FollowedSetter, unknown?]

/** Calls a hook of React and follows it. No hook has more than three parameters. */
type FollowHook = (own: Hook, name: string) => Hook
/** Calls a setter, or the `subscribe` function of a store, and follows the call. */
type FollowCall = (own: FollowedSetter, argument: unknown) => unknown

/** The `getSnapshot` of a page, with the value of the last render and the latest changed value. */
interface Snapshot {
  (): unknown
  last_?: unknown
  changed_?: unknown
}

/** Updates that React has in its queue in place of actions. */
const tags = new WeakMap<object, Hook>()
const snapshots = new WeakMap<object, Snapshot>()

let standIn: MetReact['standIn_']

export function setStandIn(given: MetReact['standIn_']): void {
  standIn = given
}

/**
 * Records that the active context queues an update.
 *
 * Its state may hold what earlier updates of the hook have set that React has not shown yet: a router sets the whole
 * state of its own at each step. So the cause of a render are all of the hook's updates that were pending with one that
 * it took.
 */
function enqueue(own: FollowedSetter): Update {
  const cause_ = contexts?.active()
  const hook_ = hookOf(own)
  const render = hook_.last_?.render_
  if (render?.commit_ && (!render.lanes_ || render.commit_ <= idle)) hook_.starters_ = undefined
  hook_.starters_ = join(hook_.starters_, cause_)
  hook_.last_ = { cause_, hook_ }
  return hook_.last_
}

/** Records that the rendering component takes an update. */
function takeUpdate(update: Update): void {
  if (!update.render_?.commit_) update.render_ = currentRender()
  take(join(update.cause_, update.hook_.starters_))
}

/** Unwraps tagged actions. React calls a reducer in a render, and an action of `useActionState` outside of renders. */
function untagged(reducer: Hook): Hook {
  return (state, action) => {
    const tag = tags.get(action as object)
    return tag ? tag(reducer, state) : reducer(state, action)
  }
}

/** Records that the hook that returns `pair` has rendered, and replaces the setter by its wrapper. */
function rendered(pair: Pair, name: string): FollowedHook {
  const hook = hookOf(pair[1], name)
  setLastHook(hook)
  pair[1] = hook.standIn_
  return hook
}

function hookOf(setter: FollowedSetter, name?: string): FollowedHook {
  setter.hook_ ??= { standIn_: standIn(setter, name as string) }
  return setter.hook_
}

/** Like {@link rendered}, for a hook whose setter dispatches actions. */
function renderedActions(pair: Pair, name: string): FollowedHook {
  const hook = rendered(pair, name)
  const render = hook.isCommitted_ ? undefined : currentRender()
  if (render) {
    // Actions that were dispatched before the first commit have no tags.
    render.isNew_ = true
    take(hook.starters_)
  }
  return hook
}

/** Records the cause of a change in what the hook shows: whether it is pending, and its result. */
function showing(pair: Pair, name: string, isPending: unknown, result?: unknown): Pair {
  const hook = renderedActions(pair, name)
  const [wasPending = false, before] = hook.shown_ ?? []
  if (wasPending !== isPending || before !== result) take(hook.starters_)
  const render = currentRender()
  if (render) {
    render.shown_ ??= []
    render.shown_.push(() => {
      hook.shown_ = [isPending, result]
      if (!isPending) hook.starters_ = undefined
    })
  }
  return pair
}

/**
 * @param cause returns the cause of the clean-up when it runs: the cause of the whole pass, since the component may be
 *   unmounted
 * @param isEarly true for effects that run before React makes the new tree current
 */
const effect =
  (cause: () => Cause, isEarly?: boolean): FollowHook =>
  (own) =>
  (create, deps) => {
    const render = currentRender()
    const run: EffectCreate = () => {
      catchUp(isEarly ? run : undefined)
      // Effects also run when hidden content is shown again. The active context is the right one then.
      const cleanUp = runAs(render?.commit_ === commits ? render.cause_ : undefined, create as Hook)
      return typeof cleanUp === 'function' ? () => runAs(cause() ?? UNKNOWN, cleanUp as Hook) : cleanUp
    }
    run.render_ = render
    return own(run, deps)
  }

/** The call of any other setter. */
export const start: FollowCall = (own, action) => {
  enqueue(own)
  return own(action)
}

/**
 * React passes the action to a reducer or to an action of the page. The update takes its place only once React has the
 * wrapper of that function, which gives the action back.
 */
const dispatch: FollowCall = (own, action) => {
  const update = enqueue(own)
  if (isInside || !update.hook_.isCommitted_) return own(action)
  tags.set(update, (reducer, state) => {
    if (isInside) takeUpdate(update)
    return runAs(!isInside && update.cause_, () => (reducer as Hook)(state, action))
  })
  return own(update)
}

/** Functions that are called in place of React's hooks, by name. */
export const hooks: Readonly<Record<string, FollowHook>> = {
  useEffect: effect(() => commitCause),
  // Clean-ups of layout effects run before React makes the new tree current.
  useLayoutEffect: effect(() => taken),
  useInsertionEffect: effect(() => taken, true),
  useState: (own, name) => (initial) => {
    const pair = own(initial) as Pair
    // The state hook that React gives to a `<form action>` has no setter.
    // @see ReactFiberHooks.js, `ensureFormComponentIsStateful`
    if (pair[1]) rendered(pair, name)
    return pair
  },
  useReducer: (own, name) => (reducer, initial, init) => {
    const pair = own(untagged(reducer as Hook), initial, init) as Pair
    renderedActions(pair, name)
    return pair
  },
  useOptimistic: (own, name) => (state, reducer) => {
    const pair = own(state, reducer) as Pair
    return showing(pair, name, pair[0] !== state, pair[0])
  },
  useTransition: (own, name) => () => {
    const pair = own() as Pair
    return showing(pair, name, pair[0])
  },
  useActionState: (own, name) => (action, initial, permalink) => {
    const pair = own(untagged(action as Hook), initial, permalink) as Pair
    return showing(pair, name, pair[2], pair[0])
  },
  useSyncExternalStore: (own, name) => (subscribe, getSnapshot, getServerSnapshot) => {
    let snapshot = snapshots.get(getSnapshot as Hook) as Snapshot
    if (!snapshot) {
      snapshot = () => {
        const value = (getSnapshot as Hook)()
        // The store's listener makes React call `getSnapshot`, so the running code has changed the store.
        if (!isInside && value !== snapshot.last_) {
          const before = join(storeChanges.get(value), storeChanges.get(snapshot.changed_))
          storeChanges.set(value, join(before, contexts?.active()))
          snapshot.changed_ = value
        }
        return value
      }
      snapshots.set(getSnapshot as Hook, snapshot)
    }
    snapshot.last_ = own(standIn(subscribe as Hook, name), snapshot, getServerSnapshot)
    take(storeChanges.get(snapshot.last_))
    return snapshot.last_
  },
  useDeferredValue: (own) => (value, initial) => {
    const shown = own(value, initial)
    const holding = deferred.get(value) ?? []
    const render = shown !== value && currentRender()
    if (render) deferred.set(value, [...holding, render])
    else for (const { cause_ } of holding) take(cause_ ?? UNKNOWN)
    return shown
  },
  use: (own) => (usable) => {
    try {
      return own(usable)
    } catch (error) {
      const render = currentRender()
      if (render) render.isSuspended_ = true
      throw error
    }
  },
}

/**
 * Functions that are called in place of the setter that a hook returned, or of `subscribe`, by the name of the hook.
 */
export const calls: Readonly<Record<string, FollowCall>> = {
  useState(own, action) {
    if (!contexts || isInside) return own(action)
    const update = enqueue(own)
    let isCalled: boolean | undefined
    let ahead: readonly unknown[] | undefined
    // React calls an update function in each render that takes the update, and in no other.
    own((state: unknown) => {
      const to =
        ahead && ahead[0] === state ? ahead[1] : typeof action === 'function' ? action(state) : action
      ahead = undefined
      if (isInside) takeUpdate(update)
      else if (!isCalled) {
        // React computes a state eagerly if the component has no other update.
        update.hook_.starters_ = update.cause_
        if (to !== state) {
          // React would not call the function again in the render. The exception makes React discard that result: React
          // catches it and calls the function in the render.
          ahead = [state, to]
          throw ahead
        }
      }
      return to
    })
    isCalled = true
  },
  useReducer: dispatch,
  useActionState: dispatch,
  // It is unknown which of the components that share a store subscribes, so the cause of the whole commit is used.
  useSyncExternalStore: (subscribe, listener) => runAs(commitCause, () => subscribe(listener)),
}
