import { activeContext } from '../core/context.ts'
import { getInvocation } from '../core/invocation.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import type { HonoContext } from './request-outcome.ts'

/** The execution context of a request, for its `waitUntil`. */
export function lifetimeOf(c: HonoContext): WaitUntil {
  try {
    return c.executionCtx
  } catch {
    // Without an execution context (`app.request()`), that of the outer invocation is used, if there is one. In tests and on
    // Node.js, promises settle without `waitUntil`.
    return getInvocation(activeContext())?.lifetime ?? { waitUntil: () => {} }
  }
}
