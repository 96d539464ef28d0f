import type { Instrumentation } from '../../page-sdk.ts'
import { trackPendingTimers } from './timers.ts'

/** Keeps an action open while a timer of its code is pending. A page load that has settled does not wait for timers. */
export const timersInstrumentation: Instrumentation = ({ actions, pageLoad }) =>
  trackPendingTimers(() => {
    const action = actions.active()
    return action === pageLoad.action && !pageLoad.owns() ? undefined : action
  })
