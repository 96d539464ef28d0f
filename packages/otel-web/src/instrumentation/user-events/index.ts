import type { Instrumentation } from '../../page-sdk.ts'
import { listenForUserActions } from './user-events.ts'

/** Starts an action for each click, submit, change and press of Enter. */
export const userEventsInstrumentation: Instrumentation = listenForUserActions
