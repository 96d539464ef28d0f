import type { MiddlewareHandler } from 'hono'
import { activeContext } from './context.ts'
import { getInvocation } from './invocation.ts'
import type { ServerRequest } from './server-span.ts'
import { describeRoute } from './trace-requests.ts'

/** What Hono's router gives for a request: the handlers that match, each with its parameters, and a parameter list. */
type MatchResult = readonly [handlers: readonly unknown[], ...rest: unknown[]]

interface HonoApp {
  router: {
    readonly name: string
    add(method: string, path: string, handler: unknown): void
    match(method: string, path: string): MatchResult
  }
  use(...args: unknown[]): unknown
  readonly routes: readonly unknown[]
}

const traced = new WeakSet<object>()

/**
 * Puts route naming in front of everything a Hono app has registered, or will register. Middleware added by
 * `app.use` would only stand before what comes after it, so it is put before the matches of the router instead.
 * Anything that is no Hono app is left alone.
 */
export function nameRoutes(app: object): void {
  if (!isHonoApp(app) || traced.has(app)) return
  traced.add(app)
  const { router } = app
  const route = { basePath: '/', path: '/*', method: 'ALL', handler: nameRoute }
  app.router = {
    get name() {
      return router.name
    },
    add: (method, path, handler) => router.add(method, path, handler),
    match(method, path) {
      const [handlers, ...rest] = router.match(method, path)
      return [[[[nameRoute, route], {}], ...handlers], ...rest]
    },
  }
}

const nameRoute: MiddlewareHandler = async (c, next) => {
  const server = getInvocation(activeContext())?.server as ServerRequest | undefined
  if (server) server.describe = () => describeRoute(server, c)
  await next()
  server?.describe?.()
}

function isHonoApp(app: object): app is HonoApp {
  return 'router' in app && 'routes' in app && 'use' in app
}
