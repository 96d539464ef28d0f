import type { Cause } from './cause.ts'

/** One render of a component that has effects, or in which React applied state updates: the render took them. */
export interface ComponentRender {
  /** The cause of the updates that its own hooks took. */
  own_?: Cause
  /** The cause of this render, including updates of ancestors. Absent before the commit. */
  cause_?: Cause
  /** The number of the commit that contains this render. */
  commit_?: number
  /** The priorities of the component's updates that the commit has skipped; 0 if none is pending. */
  lanes_?: number
  /** True if `use` suspended the render. */
  isSuspended_?: boolean
  /** True if a hook's wrapped reducer or action has not been committed before. The commit of this render commits it. */
  isNew_?: boolean
  /** Callbacks for the commit. Each records the values that a hook shows from then on. */
  shown_?: (() => void)[]
}
