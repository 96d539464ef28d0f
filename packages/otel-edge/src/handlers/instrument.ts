import { ALL_COMPONENTS } from '../components/all-components.ts'
import type { ServerRequest } from '../core/invocation.ts'
import { ATTR_FAAS_CRON, ATTR_FAAS_TRIGGER } from '../core/semconv.ts'
import { nameRoutes } from '../hono/name-routes.ts'
import { serve } from '../http/server/end-server-span.ts'
import { startServerRequest } from '../http/server/server-span.ts'
import type { EdgeOptions } from '../options.ts'
import { warn } from '../platform/otel-api.ts'
import { getSdk } from '../sdk.ts'
import { type InvocationSpan, runInvocation } from '../trace/invocation-span.ts'
import { consumeBatch } from './queue-consumer.ts'

/** A Hono app, or another object with a `fetch` handler. */
interface FetchApp<Env> {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>
}

/** A Hono app with handlers of other events. */
interface AppWithHandlers<Env, Message, Mail> extends Omit<ExportedHandler<Env, Message, Mail>, 'fetch'> {
  readonly fetch: FetchApp<Env>
}

// Matches the source of Hono's `app.fetch`, minified or not, by its arguments `rest[1], rest[0], request.method`.
const HONO_FETCH = /\[1\], ?\w+\[0\], ?\w+\.method\)/

/**
 * Traces the handlers of a worker's default export: requests, queue batches, cron runs and mails. Other members are
 * unchanged.
 *
 * @param handler an `ExportedHandler`, a Hono app, or handlers with a Hono app as their `fetch`. If `fetch` is the function
 *   `app.fetch`, routes and errors are visible only with `app.use(tracing())`.
 * @example
 * ```ts
 * export default instrument({ fetch: app, queue: consume }, { serviceName: 'shop' })
 * ```
 */
export function instrument<Env = unknown, Message = unknown, Mail = unknown>(
  handler: AppWithHandlers<Env, Message, Mail>,
  options?: EdgeOptions,
): ExportedHandler<Env, Message, Mail>
export function instrument<Env = unknown, Message = unknown, Mail = unknown>(
  handler: ExportedHandler<Env, Message, Mail>,
  options?: EdgeOptions,
): ExportedHandler<Env, Message, Mail>
export function instrument<Env = unknown>(app: FetchApp<Env>, options?: EdgeOptions): ExportedHandler<Env>
export function instrument<Env, Message, Mail>(
  handler: ExportedHandler<Env, Message, Mail> | FetchApp<Env> | AppWithHandlers<Env, Message, Mail>,
  options: EdgeOptions = {},
): ExportedHandler<Env, Message, Mail> {
  const plain = handler as ExportedHandler<Env, Message, Mail>
  // Members other than handlers are copied, except for those of a Hono app.
  const traced: ExportedHandler<Env, Message, Mail> = plain.fetch && 'routes' in plain ? {} : { ...plain }
  const sdkOf = (env: Env) => getSdk(options, ALL_COMPONENTS, env as object)
  if (plain.fetch) {
    // The app is the handler itself or, if the handler's `fetch` is an object, that object.
    const app = (typeof plain.fetch === 'function' ? plain : plain.fetch) as FetchApp<Env>
    const { fetch: serveRequest } = app
    const isRouteless =
      typeof plain.fetch === 'function' && !('routes' in plain) && HONO_FETCH.test(String(serveRequest))
    nameRoutes(app)
    traced.fetch = (request, env, ctx) => {
      const sdk = sdkOf(env)
      const server = startServerRequest(sdk, request as Request, ctx)
      const call = () => serveRequest.call(app, request as Request, sdk.tracedEnv as Env, ctx)
      return serve(server, isRouteless ? () => warnOfNoRoute(server, call) : call)
    }
  }
  if (plain.queue) {
    const { queue } = plain
    traced.queue = (batch, env, ctx) => {
      const sdk = sdkOf(env)
      return consumeBatch(sdk, batch, ctx, (unwrapped) =>
        queue.call(plain, unwrapped, sdk.tracedEnv as Env, ctx),
      )
    }
  }
  for (const [name, describe] of Object.entries(EVENTS)) {
    const handle: unknown = Reflect.get(plain, name)
    if (typeof handle !== 'function') continue
    Reflect.set(traced, name, (event: unknown, env: Env, ctx: ExecutionContext) => {
      const sdk = sdkOf(env)
      return runInvocation(sdk, ctx, describe(event), () =>
        Reflect.apply(handle, plain, [event, sdk.tracedEnv, ctx]),
      )
    })
  }
  return traced
}

/** The spans of events that are neither requests nor batches of messages. */
const EVENTS: Readonly<Record<string, (event: unknown) => InvocationSpan>> = {
  scheduled(event) {
    const { cron } = event as ScheduledController
    return {
      name: `scheduled ${cron}`,
      attributes: { [ATTR_FAAS_TRIGGER]: 'timer', [ATTR_FAAS_CRON]: cron },
    }
  },
  // Sender and recipient are not recorded, since their addresses are personal data.
  email: () => ({ name: 'email', attributes: { [ATTR_FAAS_TRIGGER]: 'other' } }),
  tail: () => ({ name: 'tail', attributes: { [ATTR_FAAS_TRIGGER]: 'other' } }),
}

/** Calls the `fetch` of a Hono app. Warns when no middleware of the app has recorded the route. */
async function warnOfNoRoute(
  server: ServerRequest,
  call: () => Response | Promise<Response>,
): Promise<Response> {
  const response = await call()
  if (server.span.isRecording() && server.outcome?.route === undefined && response.status !== 404) {
    warn(
      'instrument({ fetch: app.fetch }) cannot see routes and errors of Hono: pass the app itself, fetch: app',
    )
  }
  return response
}
