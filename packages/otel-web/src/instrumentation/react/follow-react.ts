import type { Several } from './cause.ts'
import { onCommit } from './commits.ts'
import { calls, hooks, setStandIn, start } from './hooks.ts'
import type { MetReact } from './meet-react.ts'
import {
  beginSlice,
  contexts,
  isInside,
  leave,
  type ReactContexts,
  roots,
  setContexts,
  setInside,
} from './pass.ts'
import type { Dispatcher, Fiber, FiberRoot } from './react-internals.ts'

/**
 * Runs the effects of React components in the context of the state updates that caused them.
 *
 * @param several returns the context of work that one of several contexts caused
 * @returns stops following; setters keep their identity
 */
export type FollowReact = (met: MetReact, contexts: ReactContexts, several: Several) => () => void

export const followReact: FollowReact = (met, given, several) => {
  connect(met)
  setContexts(given, several)
  return () => setContexts(undefined, several)
}

function connect(met: MetReact): void {
  // Another copy of this chunk may have been connected, and stopped, in the same page.
  if (met.isFollowed_) return
  met.isFollowed_ = true
  const { devTools_: devTools, set_: wrap } = met
  const { onCommitFiberRoot: reported } = devTools
  setStandIn(met.standIn_)
  findRoot()
  met.call_ = (name, real, argument) => (calls[name] ?? start)(real, argument)
  met.tables_ = new WeakMap()
  met.hook_ = (real, name) => {
    const follow = hooks[name]
    return follow ? follow(real, name) : real
  }
  devTools.onCommitFiberRoot = function (...args) {
    if (contexts) onCommit(args[1])
    return reported?.apply(this, args)
  }
  /** Dispatchers that were set at the start of a component's render. */
  const begun = new WeakSet<Dispatcher>()
  /** The dispatcher that was set last, and its replacement. */
  let last: unknown = 0
  let table: Dispatcher
  // React sets a dispatcher at the start and end of each slice of a render and of each component. Nearly all components
  // begin with the dispatcher of the one before.
  met.set_ = (next) => {
    const { isRead_: isRead } = met
    if (next !== last || isRead) {
      // Outside of components React sets a dispatcher whose hooks are all one function, which throws.
      if (next?.useState === next?.useEffect) {
        if (isInside) setInside()
        else if (isRead) beginSlice()
        else leave()
        return next
      }
      // A dispatcher that is only ever set after a read, as React DevTools does, is temporary.
      if (!isRead) begun.add(next as Dispatcher)
      else if (!isInside && !begun.has(next as Dispatcher)) return next
      if (next !== last) {
        last = next
        table = wrap(next) as Dispatcher
        // V8 keeps an object in dictionary mode, which is slow, when one of its properties has become an accessor or when
        // it got many properties. It makes the prototypes of an object fast before it lists the properties.
        for (const slow of [met.ref_, table]) for (const _ in Object.create(slow as object));
      }
    }
    if (!isInside) setInside(true)
    return table
  }
}

/**
 * Finds the root that React rendered before this chunk was loaded: its next commit may begin with an insertion effect,
 * before React reports the root. Further roots are found by their commits.
 *
 * @see ReactDOMComponentTree.js, `markContainerAsRoot`
 */
function findRoot(): void {
  for (const container of [document, ...document.querySelectorAll('*')]) {
    const key = Object.keys(container).find((name) => name.startsWith('__reactContainer'))
    const fiber = key && (Reflect.get(container, key) as Fiber | null)
    if (!fiber) continue
    const root = fiber.stateNode as FiberRoot
    roots.set(root, root.current)
    return
  }
}
