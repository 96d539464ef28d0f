import { createTwinApp } from './hono-app.ts'
import { type WireEnv, wireHandler } from './wire-handler.ts'

const app = createTwinApp()

export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname.startsWith('/hono/')
      ? app.fetch(request, env as never, ctx)
      : wireHandler.fetch(request, env),
} satisfies ExportedHandler<WireEnv>
