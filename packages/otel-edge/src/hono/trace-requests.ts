import type { MiddlewareHandler } from 'hono'
import type { Components } from '../components/components.ts'
import { activeContext, withContext } from '../core/context.ts'
import { getInvocation, type ServerRequest } from '../core/invocation.ts'
import type { Sdk } from '../core/sdk.ts'
import { seesDisconnects } from '../http/server/client-disconnect.ts'
import { failServerRequest, finishServerRequest, noteOutcome } from '../http/server/end-server-span.ts'
import { startServerRequest } from '../http/server/server-span.ts'
import type { EdgeOptions } from '../options.ts'
import { getSdk } from '../sdk.ts'
import { lifetimeOf } from './lifetime.ts'
import { type HonoContext, outcomeOf } from './request-outcome.ts'

/** Creates the middleware that both entry points export as `tracing()`. */
export function traceRequests(options: EdgeOptions, components: Components): MiddlewareHandler {
  let lastEnv: object | undefined
  let lastSdk: Sdk | undefined
  return async function tracingMiddleware(c, next) {
    const outer = getInvocation(activeContext())?.server
    if (outer) {
      await next()
      noteRoute(outer, c)
      return
    }
    const env = (c.env as object | null) ?? undefined
    // The last SDK is reused, since most isolates have one environment.
    const sdk = env === lastEnv && lastSdk ? lastSdk : getSdk(options, components, env)
    lastEnv = env
    lastSdk = sdk
    const server = startServerRequest(sdk, c.req.raw, lifetimeOf(c))
    c.env = sdk.tracedEnv
    if (seesDisconnects()) setReadOutcome(server, c)
    try {
      await withContext(server.context, next)
    } catch (error) {
      // Hono passes an `Error` of a handler to `onError`. This one was thrown by `onError`, or is not an `Error`.
      noteRoute(server, c)
      failServerRequest(server, error)
      throw error
    }
    noteRoute(server, c)
    const response = c.res
    const answered = finishServerRequest(server, response)
    if (answered !== response) {
      // Without `undefined`, Hono would merge the headers of both responses, which would duplicate the timing headers.
      c.res = undefined
      c.res = answered
    }
  }
}

/** Records the route and the error. Only for recording spans, since finding the route takes time. */
function noteRoute(server: ServerRequest, c: HonoContext): void {
  if (server.span.isRecording()) noteOutcome(server, outcomeOf(c))
}

// A separate function: a closure in the middleware would keep every request in memory until a full garbage collection.
function setReadOutcome(server: ServerRequest, c: HonoContext): void {
  server.getOutcome = () => outcomeOf(c)
}
