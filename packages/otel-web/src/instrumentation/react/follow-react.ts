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
    return follow ? (one, two, three) => follow(real, name, one, two, three) : real
  }
  devTools.onCommitFiberRoot = function (...args) {
    if (contexts) onCommit(args[1])
    return reported?.apply(this, args)
  }
  /** Dispatchers that were set at the start of a component's render. */
  const begun = new WeakSet<Dispatcher>()
  let outside: unknown
  /** The dispatcher that was set last, and its replacement. */
  let last: unknown
  let lastTable: Dispatcher
  // React sets a dispatcher at the start and end of each slice of a render and of each component.
  met.set_ = (next) => {
    if (!next) return next
    const { isRead_: isRead } = met
    // Outside of components React sets a dispatcher whose hooks are all one function, which throws.
    if (next === outside || next.useState === next.useEffect) {
      outside = next
      if (isInside) setInside()
      else if (isRead) beginSlice()
      else leave()
    } else if (isInside || !isRead || begun.has(next)) {
      // A dispatcher that is only ever set after a read, as React DevTools does, is temporary.
      if (!isInside) setInside(true)
      if (next === last) return lastTable
      if (!isRead) begun.add(next)
      last = next
      lastTable = wrap(next) as Dispatcher
      return lastTable
    }
    return next
  }
  // V8 keeps an object with an accessor in dictionary mode until the object is used as a prototype. Reading through an
  // heir makes its properties fast again: https://v8.dev/blog/fast-properties
  for (let heir = Object.create(met.ref_ ?? null), read = 0; read < 9; read++) heir.H
}

/**
 * Finds the root that React rendered before this chunk was loaded: its next commit may begin with an insertion effect, before
 * React reports the root. Further roots are found by their commits.
 *
 * @see ReactDOMComponentTree.js, `precacheFiberNode`
 */
function findRoot(): void {
  for (const element of document.querySelectorAll('*')) {
    const key = Object.keys(element).find((name) => name.startsWith('__reactFiber'))
    let fiber = key && (Reflect.get(element, key) as Fiber)
    if (!fiber) continue
    while (fiber.return) fiber = fiber.return
    const root = fiber.stateNode as FiberRoot
    roots.set(root, root.current)
    return
  }
}
