import type { MiddlewareHandler } from 'hono'
import { activeContext, withContext } from './context.ts'
import { getInvocation, type WaitUntil } from './invocation.ts'
import type { EdgeOptions } from './options.ts'
import { getSdk, type Sdk } from './sdk.ts'
import {
  failServerRequest,
  finishServerRequest,
  type ServerRequest,
  seesDisconnects,
  startServerRequest,
} from './server-span.ts'

type HonoContext = Parameters<MiddlewareHandler>[0]

/**
 * `tracing()` with nothing but what carries the trace on: `fetch`, service bindings, Durable Objects, RPC. Databases,
 * queues, caches and the like are left as they are, and their code out of the bundle.
 *
 * @example
 * ```ts
 * import { tracing } from '@throughline/otel-edge/minimal'
 * ```
 */
export function traceRequests(options: EdgeOptions = {}): MiddlewareHandler {
  let lastEnv: object | undefined
  let lastSdk: Sdk | undefined
  return async function tracingMiddleware(c, next) {
    const outer = getInvocation(activeContext())?.server as ServerRequest | undefined
    if (outer) {
      await next()
      describeRoute(outer, c)
      return
    }
    const env = (c.env as object | undefined) ?? NO_ENV
    // An isolate has one environment as a rule.
    const sdk = env === lastEnv && lastSdk ? lastSdk : getSdk(options, env)
    lastEnv = env
    lastSdk = sdk
    const server = startServerRequest(sdk, c.req.raw, lifetimeOf(c))
    c.env = sdk.tracedEnv
    if (seesDisconnects()) describeWhenAsked(server, c)
    try {
      await withContext(server.context, next)
    } catch (error) {
      // Hono catches what handlers throw; what arrives here was thrown by its own error handler.
      describeRoute(server, c)
      failServerRequest(server, error)
      throw error
    }
    describeRoute(server, c)
    const response = c.res
    const answered = finishServerRequest(server, response)
    if (answered !== response) {
      // Hono merges headers into a response that is replaced, which would double ours.
      c.res = undefined
      c.res = answered
    }
  }
}

const NO_ENV = {}

// A function of its own: a closure in the middleware would keep every request until a full collection of garbage.
function describeWhenAsked(server: ServerRequest, c: HonoContext): void {
  server.describe = () => describeRoute(server, c)
}

/** Notes on the span which route answered, and what it threw. */
export function describeRoute(server: ServerRequest, c: HonoContext): void {
  if (!server.span.isRecording()) return
  if (c.error !== undefined) server.error = c.error
  // `routeIndex` stands on what was reached last. When that is a middleware that answered by itself, it is the route
  // it stood before that names the request; `app.use` registers for ALL methods, and a 404 has nothing else.
  // Not by `hono/route`: a worker without Hono imports this module too, and has nothing to resolve that to.
  const routes = c.req.matchedRoutes
  for (let index = c.req.routeIndex; index < routes.length; index++) {
    const route = routes[index]
    if (route && (route.method !== 'ALL' || !takesNext(route.handler))) {
      server.route = route.path
      return
    }
  }
  // `app.all` with a handler that takes `next`, or `app.mount`: an answer that is no 404 came from somewhere.
  const last = routes[c.req.routeIndex]
  if (last && !ANY_PATH.test(last.path) && c.finalized && c.res.status !== 404) server.route = last.path
}

const ANY_PATH = /^\/?\*$/

/** A middleware. Hono puts a handler with error handling of its own around those of an app inside another. */
function takesNext(handler: { readonly length: number; readonly __COMPOSED_HANDLER?: unknown }): boolean {
  const { __COMPOSED_HANDLER: own = handler } = handler
  return (own as { readonly length: number }).length > 1
}

/** What a request gives us to outlive its answer. */
export function lifetimeOf(c: HonoContext): WaitUntil {
  try {
    return c.executionCtx
  } catch {
    // `app.request()`: within another event that one lasts long enough; in a test, promises simply run.
    return getInvocation(activeContext())?.lifetime ?? { waitUntil: () => {} }
  }
}
