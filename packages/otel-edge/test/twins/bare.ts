import type { TwinEnv } from './case.ts'
import { createTwinApp } from './hono-app.ts'
import { twinHandler } from './twin-worker.ts'

export { TwinBroken, TwinEntrypoint, TwinFlow, TwinObject } from './twin-classes.ts'

const app = createTwinApp()

export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname.startsWith('/hono/')
      ? app.fetch(request, env, ctx)
      : (twinHandler.fetch?.(request, env, ctx) ?? new Response()),
  queue: (batch, env, ctx) => twinHandler.queue?.(batch, env, ctx),
  scheduled: (controller, env, ctx) => twinHandler.scheduled?.(controller, env, ctx),
  email: (message, env, ctx) => twinHandler.email?.(message, env, ctx),
} satisfies ExportedHandler<TwinEnv>
