import type { MiddlewareHandler } from 'hono'
import { useAllParts } from './all-parts.ts'
import type { EdgeOptions } from './options.ts'
import { traceRequests } from './trace-requests.ts'

/**
 * Traces every request of a Hono app: a server span named by the route, in the caller's trace where it is trusted,
 * with the bindings on `c.env` and the global `fetch` carrying it on.
 *
 * Under `instrument(app)` it adds the route's name to the span that is already there.
 *
 * @example
 * ```ts
 * const app = new Hono()
 * app.use(tracing({ serviceName: 'shop' }))
 * ```
 */
export function tracing(options: EdgeOptions = {}): MiddlewareHandler {
  useAllParts()
  return traceRequests(options)
}
