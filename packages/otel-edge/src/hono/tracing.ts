import type { MiddlewareHandler } from 'hono'
import { ALL_COMPONENTS } from '../components/all-components.ts'
import type { EdgeOptions } from '../options.ts'
import { traceRequests } from './trace-requests.ts'

/**
 * Traces every request of a Hono app: a server span named by the route, in the caller's trace if the caller is trusted.
 * The bindings on `c.env` and the global `fetch` propagate the context.
 *
 * Within `instrument(app)` it adds the route to the span that exists already.
 *
 * @example
 * ```ts
 * const app = new Hono()
 * app.use(tracing({ serviceName: 'shop' }))
 * ```
 */
export function tracing(options: EdgeOptions = {}): MiddlewareHandler {
  return traceRequests(options, ALL_COMPONENTS)
}
