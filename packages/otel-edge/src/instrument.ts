import { useAllParts } from './all-parts.ts'
import { runEvent } from './event-span.ts'
import { nameRoutes } from './hono-app.ts'
import type { EdgeOptions } from './options.ts'
import { consumeBatch } from './queue-consumer.ts'
import { getSdk } from './sdk.ts'
import { ATTR_FAAS_CRON, ATTR_FAAS_TRIGGER } from './semconv.ts'
import { serve, startServerRequest } from './server-span.ts'

/** A Hono app, or anything else that serves requests by `fetch`. */
interface FetchApp<Env> {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>
}

/**
 * Traces everything a worker's default export does: requests, queue batches, cron runs, mails. Handlers it does not
 * have are not added; what it does not know is passed through.
 *
 * @param handler an `ExportedHandler`, or a Hono app.
 * @example
 * ```ts
 * export default instrument({ fetch: app.fetch, queue: consume }, { serviceName: 'shop' })
 * ```
 */
export function instrument<Env = unknown, Message = unknown, Mail = unknown>(
  handler: ExportedHandler<Env, Message, Mail>,
  options?: EdgeOptions,
): ExportedHandler<Env, Message, Mail>
export function instrument<Env = unknown>(app: FetchApp<Env>, options?: EdgeOptions): ExportedHandler<Env>
export function instrument<Env, Message, Mail>(
  handler: ExportedHandler<Env, Message, Mail> | FetchApp<Env>,
  options: EdgeOptions = {},
): ExportedHandler<Env, Message, Mail> {
  useAllParts()
  const plain = handler as ExportedHandler<Env, Message, Mail>
  // A Hono app is more than its handlers; of anything else, what is not known here stays as it is.
  const traced: ExportedHandler<Env, Message, Mail> = plain.fetch && 'routes' in plain ? {} : { ...plain }
  const setUp = (env: Env) => {
    const sdk = getSdk(options, env as object)
    return { sdk, tracedEnv: sdk.tracedEnv as Env }
  }
  if (plain.fetch) {
    const fetchHandler = plain.fetch
    nameRoutes(plain)
    traced.fetch = (request, env, ctx) => {
      const { sdk, tracedEnv } = setUp(env)
      const server = startServerRequest(sdk, request as Request, ctx)
      return serve(server, () => fetchHandler.call(plain, request, tracedEnv, ctx))
    }
  }
  if (plain.queue) {
    const { queue } = plain
    traced.queue = (batch, env, ctx) => {
      const { sdk, tracedEnv } = setUp(env)
      return consumeBatch(sdk, batch, ctx, (opened) => queue.call(plain, opened, tracedEnv, ctx))
    }
  }
  if (plain.scheduled) {
    const { scheduled } = plain
    traced.scheduled = (controller, env, ctx) => {
      const { sdk, tracedEnv } = setUp(env)
      const attributes = { [ATTR_FAAS_TRIGGER]: 'timer', [ATTR_FAAS_CRON]: controller.cron }
      const event = { name: `scheduled ${controller.cron}`, attributes }
      return runEvent(sdk, ctx, event, () => scheduled.call(plain, controller, tracedEnv, ctx))
    }
  }
  if (plain.email) {
    const { email } = plain
    traced.email = (message, env, ctx) => {
      const { sdk, tracedEnv } = setUp(env)
      // Neither sender nor recipient: addresses are people.
      const event = { name: 'email', attributes: { [ATTR_FAAS_TRIGGER]: 'other' } }
      return runEvent(sdk, ctx, event, () => email.call(plain, message, tracedEnv, ctx))
    }
  }
  if (plain.tail) {
    const { tail } = plain
    traced.tail = (events, env, ctx) => {
      const { sdk, tracedEnv } = setUp(env)
      const event = { name: 'tail', attributes: { [ATTR_FAAS_TRIGGER]: 'other' } }
      return runEvent(sdk, ctx, event, () => tail.call(plain, events, tracedEnv, ctx))
    }
  }
  return traced
}
