import type { Cause } from './cause.ts'
import type { ComponentRender } from './component-render.ts'
import type { Hook } from './react-internals.ts'

/** A setter that React created. */
export interface FollowedSetter extends Hook {
  hook_?: FollowedHook
}

/** An update in React's queue. */
export interface Update {
  /** The context that queued it. */
  readonly cause_: Cause
  readonly hook_: FollowedHook
  /** The latest render that took it. */
  render_?: ComponentRender | undefined
}

/**
 * State of the hook that a setter belongs to. The setter has a single property for all of it, which keeps V8's inline
 * caches small.
 */
export interface FollowedHook {
  /** The function that the page gets in place of the setter. */
  readonly standIn_: Hook
  /** The latest render of the hook's component, if known. */
  render_?: ComponentRender | undefined
  /** True when the wrapped reducer or action is committed, so that React will unwrap tagged actions. */
  isCommitted_?: boolean
  /** The cause of the updates since the hook was last idle. */
  starters_?: Cause
  /** The latest update. */
  last_?: Update
  /** The values that the hook showed in the latest commit. */
  shown_?: readonly unknown[]
}
