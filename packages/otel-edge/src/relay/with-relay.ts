import { createRelay } from './relay.ts'
import { createRelayContext } from './relay-context.ts'
import type { RelayOptions } from './relay-options.ts'

/** Where pages post their spans. */
const PATH = '/v1/traces'

/**
 * Adds the relay for the spans of pages to a worker without Hono: `POST` and `OPTIONS` requests of `/v1/traces` are answered as
 * by `otlpRelay`, all others by the worker.
 *
 * @param handler what `instrument` returns, or another `ExportedHandler`. Its own members are copied. Without `fetch`, other
 *   requests get the status 404.
 * @example
 * ```ts
 * export default withRelay(instrument({ fetch: () => new Response('hi') }, { serviceName: 'greeter' }))
 * ```
 */
export function withRelay<Env = unknown, Message = unknown, Mail = unknown>(
  handler: ExportedHandler<Env, Message, Mail>,
  options: RelayOptions = {},
): ExportedHandler<Env, Message, Mail> {
  const relay = createRelay(options)
  return {
    ...handler,
    fetch(request, env, ctx) {
      const isBatch = request.method === 'POST' || request.method === 'OPTIONS'
      if (isBatch && new URL(request.url).pathname === PATH)
        return relay(createRelayContext(request as Request, env), ctx)
      return handler.fetch?.(request, env, ctx) ?? new Response(null, { status: 404 })
    },
  }
}
