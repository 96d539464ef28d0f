import { withPossibleCauses } from '../../context/callbacks/shared-callbacks.ts'
import type { Instrumentation } from '../../page-sdk.ts'
import type { Restore } from '../../platform/patch.ts'
import type { FollowReact } from './follow-react.ts'
import type { MetReact } from './meet-react.ts'

/** The patched React, and the function that loads the chunk that follows it. */
export interface LoadReact {
  readonly met: MetReact | undefined
  readonly load: () => Promise<FollowReact>
}

/** Runs React effects in the context of the updates that caused them. React may be loaded later than tracing. */
export function createReactInstrumentation({ met, load }: LoadReact): Instrumentation {
  return ({ hooks, pageContexts }) => {
    let following: Promise<Restore | undefined> | undefined
    const follow = () => {
      if (!met?.ref_) return
      // If the chunk fails to load, React effects have no context after an await.
      following ??= load().then(
        (followReact) => followReact(met, pageContexts, withPossibleCauses),
        () => undefined,
      )
      return following
    }
    hooks.onUserAction = follow
    follow()
    return () => void following?.then((stop) => stop?.())
  }
}
