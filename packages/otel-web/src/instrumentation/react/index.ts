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

/** Runs React effects in the context of the updates that caused them. The chunk is loaded as soon as React is met. */
export function createReactInstrumentation({ met, load }: LoadReact): Instrumentation {
  return ({ hooks, pageContexts }) => {
    if (!met) return
    const { devTools_: devTools } = met
    const inject = devTools.inject
    let following: Promise<Restore | undefined> | undefined
    const follow = () => {
      if (met.ref_)
        following ??= load()
          .then((followReact) => followReact(met, pageContexts, withPossibleCauses))
          // Without the chunk, React effects have no context after an await.
          .catch(() => undefined)
      return following
    }
    // In a bundle, React is evaluated after tracing has started.
    devTools.inject = (internals) => {
      const id = inject?.call(devTools, internals)
      follow()
      return id
    }
    hooks.followReact = follow
    follow()
    return () => void following?.then((stop) => stop?.())
  }
}
