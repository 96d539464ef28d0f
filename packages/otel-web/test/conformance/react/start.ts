import type { Context } from '@opentelemetry/api'
import { AsyncContextManager } from '../../../src/context/async-context-manager.ts'
import { withPossibleCauses } from '../../../src/context/callbacks/shared-callbacks.ts'
import { followReact } from '../../../src/instrumentation/react/follow-react.ts'
import { meetReact } from '../../../src/instrumentation/react/meet-react.ts'
import { type Owner, ownerOf, tracedContextOf } from '../flow.ts'

/** One look at the active context. */
export interface Look {
  readonly where: string
  readonly right: Owner
  readonly seen: Owner
  /** The number of React's commits before it. */
  readonly commit: number
  /** Whether updates of another action may be pending on the state that is looked at. */
  readonly isMixed: boolean
}

export const looks: Look[] = []
export const counted = { commits: 0 }

// This module is the first one of the page, see `build.ts`.
const manager = new AsyncContextManager().enable()
const met = meetReact()
followReact(met, manager, withPossibleCauses)
const { devTools_: hook } = met
const original = hook.onCommitFiberRoot
hook.onCommitFiberRoot = function (...args) {
  counted.commits++
  original?.apply(this, args)
}

/** Records the owner of the running code and the expected one, `ahead` commits after the last one that React reported. */
export function look(where: string, right: Owner, { ahead = 0, isMixed = false } = {}): void {
  looks.push({ where, right, seen: ownerOf(manager.active()), commit: counted.commits + ahead, isMixed })
}

const known = new Map<Owner, Context>()

/** Runs `fn` as an action of a user. */
export function act<R>(name: Owner, fn: () => R): R {
  let context = known.get(name)
  if (!context) {
    context = tracedContextOf(name)
    known.set(name, context)
  }
  return manager.with(context, fn as () => ReturnType<() => R>) as R
}

// For `cost.ts`, which is also built without this module.
Object.assign(window, { act })
