// biome-ignore-all lint/complexity/useMaxParams: called for each hook of each render; rest parameters cost an array each
import { type Cause, join, UNKNOWN } from './cause.ts'
import { catchUp, commitCause, commits, deferred, storeChanges } from './commits.ts'
import type { FollowedHook, FollowedSetter } from './followed-setter.ts'
import type { MetReact } from './meet-react.ts'
import { contexts, currentRender, isInside, runAs, setLastHook, take, taken, whenCommitted } from './pass.ts'
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

/** Payloads that React has in the queue of `useActionState`, with the action that each stands for. */
const tags = new WeakMap<object, { readonly cause_: Cause; readonly payload_: unknown }>()
const snapshots = new WeakMap<object, Snapshot>()

let standIn: MetReact['standIn_']

export function setStandIn(given: MetReact['standIn_']): void {
  standIn = given
}

function hookOf(setter: FollowedSetter, name?: string): FollowedHook {
  // V8 keeps properties that are added later outside of the object, where reading them takes longer.
  setter.hook_ ??= {
    render_: undefined,
    starters_: undefined,
    value_: undefined,
    standIn_: standIn(setter, name as string),
  }
  return setter.hook_
}

/** Records that the active context queues an update. */
function enqueue(own: FollowedSetter): FollowedHook {
  const hook = hookOf(own)
  hook.starters_ = join(hook.starters_, contexts?.active())
  return hook
}

/**
 * Records that the hook that returns `pair` has rendered, and replaces the setter by its wrapper.
 *
 * A render that shows another value than the latest commit has taken updates. Its cause are all updates that were
 * pending, since the value of one may hold what earlier ones have set: a router sets the whole state of its own at each
 * step.
 *
 * @param pending whether the hook says so of its actions
 */
function rendered(pair: Pair, name: string, pending?: unknown, isTagged?: boolean): Pair {
  const hook = hookOf(pair[1], name)
  setLastHook(hook)
  if (hook.starters_ || isTagged) mayTake(hook, pair[0], pending, isTagged)
  else if (hook.value_ !== pair[0]) hook.value_ = pair[0]
  pair[1] = hook.standIn_
  return pair
}

function mayTake(hook: FollowedHook, value: unknown, pending: unknown, isTagged?: boolean): void {
  if (!hook.isPending_ !== !pending || !Object.is(hook.value_, value)) take(hook.starters_)
  whenCommitted((lanes) => {
    hook.value_ = value
    hook.isTagged_ = isTagged
    hook.isPending_ = pending
    if (!pending && !lanes) hook.starters_ = undefined
  })
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
  if (!isInside) enqueue(own)
  return own(action)
}

const state: FollowHook = (own, name) => (first, initial, init) => {
  const pair = own(first, initial, init) as Pair
  // The state hook that React gives to a `<form action>` has no setter.
  // @see ReactFiberHooks.js, `ensureFormComponentIsStateful`
  return pair[1] ? rendered(pair, name) : pair
}

const actionState: FollowHook = (own, name) => (action, initial, permalink) => {
  const untagged: Hook = (before, payload) => {
    const tag = tags.get(payload as object)
    return runAs(tag?.cause_, () => (action as Hook)(before, tag ? tag.payload_ : payload))
  }
  const pair = own(untagged, initial, permalink) as Pair
  return rendered(pair, name, pair[2], true)
}

/**
 * React calls the action of `useActionState` when earlier ones have ended. A tag takes the place of the payload once
 * React has the wrapper of the page's action, which gives the payload back.
 */
const dispatch: FollowCall = (own, payload_) => {
  if (isInside) return own(payload_)
  const hook = enqueue(own)
  if (!hook.isTagged_) return own(payload_)
  const tag = { cause_: contexts?.active(), payload_ }
  tags.set(tag, tag)
  return own(tag)
}

/** Functions that are called in place of React's hooks, by name. */
export const hooks: Readonly<Record<string, FollowHook>> = {
  useEffect: effect(() => commitCause),
  // Clean-ups of layout effects run before React makes the new tree current.
  useLayoutEffect: effect(() => taken),
  useInsertionEffect: effect(() => taken, true),
  useState: (own, name) => (initial) => {
    const pair = own(initial) as Pair
    return pair[1] ? rendered(pair, name) : pair
  },
  useReducer: state,
  useOptimistic: (own, name) => (passed, reducer) => {
    const pair = own(passed, reducer) as Pair
    return rendered(pair, name, pair[0] !== passed)
  },
  useTransition: (own, name) => () => {
    const pair = own() as Pair
    return rendered(pair, name, pair[0])
  },
  useActionState: actionState,
  useFormState: actionState,
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
}

/**
 * Functions that are called in place of the setter that a hook returned, or of `subscribe`, by the name of the hook.
 */
export const calls: Readonly<Record<string, FollowCall>> = {
  useState(own, action) {
    if (isInside) return own(action)
    const hook = enqueue(own)
    const cause = contexts?.active()
    own((before: unknown) => {
      const after = typeof action === 'function' ? action(before) : action
      // React computes a state eagerly if the component has no other update, and queues none that changes nothing.
      if (!isInside) hook.starters_ = Object.is(after, before) ? undefined : cause
      return after
    })
  },
  useActionState: dispatch,
  useFormState: dispatch,
  // It is unknown which of the components that share a store subscribes, so the cause of the whole commit is used.
  useSyncExternalStore: (subscribe, listener) => runAs(commitCause, () => subscribe(listener)),
}
