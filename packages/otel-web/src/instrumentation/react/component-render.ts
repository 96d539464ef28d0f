import type { Cause } from './cause.ts'

/** One render of a component that took updates or has effects. */
export interface ComponentRender {
  /** The cause of the updates that its own hooks took. */
  own_?: Cause
  /** The cause of this render, including updates of ancestors. Set by the commit. */
  cause_?: Cause
  /** The number of the commit that contains this render; 0 before the commit. */
  commit_: number
  isSuspended_?: boolean
  /** True if a setter of this render was never committed before. */
  isNew_?: boolean
  /** To be called at the commit: each records the value that a hook shows. */
  shown_?: (() => void)[]
}
