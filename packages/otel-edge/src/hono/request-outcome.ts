import type { MiddlewareHandler } from 'hono'
import type { RequestOutcome } from '../core/invocation.ts'

export type HonoContext = Parameters<MiddlewareHandler>[0]

/**
 * The route that answered a request so far, and the error that a handler threw.
 *
 * `hono/route` is not imported, since workers without Hono import this module too, and could not resolve it.
 */
export function outcomeOf(c: HonoContext): RequestOutcome {
  return { route: routeOf(c), error: c.error }
}

function routeOf(c: HonoContext): string | undefined {
  // `routeIndex` is the handler that was reached last. If that is a middleware that answered the request, the route behind
  // it is used. `app.use` registers for ALL methods, so a request without a route has middlewares only.
  const { matchedRoutes: routes, routeIndex } = c.req
  const reached = routes.slice(routeIndex)
  const route = reached.find(({ method, handler }) => method !== 'ALL' || !takesNext(handler))
  if (route) return route.path
  // `app.all` with a handler that takes `next`, or `app.mount`: if the status is not 404, that handler answered.
  const [last] = reached
  return last && !/^\/?\*$/.test(last.path) && c.finalized && c.res.status !== 404 ? last.path : undefined
}

/**
 * Whether a handler has the parameter `next`, as a middleware has. Hono wraps the handlers of a nested app with its own error
 * handler. The wrapped handler is in `__COMPOSED_HANDLER`.
 */
function takesNext(handler: { readonly length: number; readonly __COMPOSED_HANDLER?: unknown }): boolean {
  const { __COMPOSED_HANDLER: own = handler } = handler
  return (own as { readonly length: number }).length > 1
}
