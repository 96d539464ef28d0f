import type { Action } from './action.ts'

/** The user gesture that is being dispatched, such as one press of a button. */
export interface Gesture {
  /** The action that the gesture started. */
  action: Action | undefined
}
