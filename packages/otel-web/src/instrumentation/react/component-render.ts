import type { Cause } from './cause.ts'

/** One render of a component that has effects, or in which React applied state updates: the render took them. */
export interface ComponentRender {
  /** The cause of the updates that its own hooks took. */
  own_?: Cause
  /** The cause of this render, including updates of ancestors. Absent before the commit. */
  cause_?: Cause
  /** The number of the commit that contains this render. */
  commit_?: number
  /** Called at the commit, with the priorities of the component's updates that it has skipped; 0 if none is pending. */
  shown_?: ((lanes: number) => void)[]
}
