import type { Cause } from './cause.ts'

/** One render of a component that took state updates (React applied them in this render) or has effects. */
export interface ComponentRender {
  /** The cause of the updates that its own hooks took. */
  own_?: Cause
  /** The cause of this render, including updates of ancestors. Set by the commit. */
  cause_?: Cause
  /** The number of the commit that contains this render; 0 before the commit. */
  commit_: number
  /** The priorities of the component's updates that the commit has skipped; 0 if none is pending. */
  lanes_?: number
  /** True if `use` suspended the render. */
  isSuspended_?: boolean
  /** True if the render has a hook whose wrapped reducer or action is not committed yet. */
  isNew_?: boolean
  /** Callbacks for the commit. Each records the values that a hook shows from then on. */
  shown_?: (() => void)[]
}
