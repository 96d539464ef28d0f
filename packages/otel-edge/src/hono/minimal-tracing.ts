import type { MiddlewareHandler } from 'hono'
import { MINIMAL_COMPONENTS } from '../components/minimal-components.ts'
import type { EdgeOptions } from '../options.ts'
import { traceRequests } from './trace-requests.ts'

/**
 * `tracing()` for requests, `fetch`, service bindings, Durable Objects and RPC only. The bundle does not contain the code for
 * databases, queues, caches, protobuf, B3 and Jaeger.
 *
 * @example
 * ```ts
 * import { tracing } from '@throughline/otel-edge/minimal'
 * ```
 */
export function tracing(options: EdgeOptions = {}): MiddlewareHandler {
  return traceRequests(options, MINIMAL_COMPONENTS)
}
