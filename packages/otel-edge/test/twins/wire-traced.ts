import { type EdgeOptions, instrument, tracing } from '../../src/index.ts'
import { createTwinApp } from './hono-app.ts'
import { type WireEnv, wireHandler } from './wire-handler.ts'

const options: EdgeOptions = { serviceName: 'wire', trust: 'all' }
const app = createTwinApp(tracing(options))
const traced = instrument<WireEnv>(wireHandler, options)

export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname.startsWith('/hono/')
      ? app.fetch(request, env as never, ctx)
      : (traced.fetch?.(request, env, ctx) ?? new Response()),
} satisfies ExportedHandler<WireEnv>
