import type { MiddlewareHandler } from 'hono'
import { activeContext } from '../core/context.ts'
import { getInvocation } from '../core/invocation.ts'
import { noteOutcome } from '../http/server/end-server-span.ts'
import { outcomeOf } from './request-outcome.ts'

/** The result of Hono's router for a request: the matching handlers, each with its parameters, and a parameter list. */
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
 * Adds a middleware that records the route before all handlers of a Hono app, whenever they are registered. It is added to
 * the matches of the router, since `app.use` would add it only before handlers that are registered later. Objects that are
 * not Hono apps are not changed.
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
  const server = getInvocation(activeContext())?.server
  if (server?.span.isRecording()) server.getOutcome = () => outcomeOf(c)
  await next()
  if (server?.span.isRecording()) noteOutcome(server, outcomeOf(c))
}

function isHonoApp(app: object): app is HonoApp {
  return 'router' in app && 'routes' in app && 'use' in app
}
