import type { Cause } from './cause.ts'
import type { ComponentRender } from './component-render.ts'
import type { Hook } from './react-internals.ts'

/** A setter that React created. */
export interface FollowedSetter extends Hook {
  hook_?: FollowedHook
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
  /** The cause of the updates since the hook was last idle. */
  starters_?: Cause
  /** The value that the latest commit shows. */
  value_?: unknown
  /** Whether the latest commit shows that actions are pending. */
  isPending_?: unknown
  /** True when a wrapped action is committed, so that React will unwrap tagged payloads. */
  isTagged_?: boolean | undefined
}
