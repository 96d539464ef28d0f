import {
  type EdgeOptions,
  instrument,
  instrumentDurableObject,
  instrumentEntrypoint,
  instrumentWorkflow,
  tracing,
} from '../../src/index.ts'
import type { TwinEnv } from './case.ts'
import { createTwinApp } from './hono-app.ts'
import * as classes from './twin-classes.ts'
import { twinHandler } from './twin-worker.ts'

const options: EdgeOptions = {
  serviceName: 'twin',
  trust: 'all',
  propagateBindings: ['SERVICE', 'OBJECT', 'FLOW'],
  queues: ['QUEUE'],
  captureHeaders: { request: ['x-own', 'content-type'], response: ['content-type', 'x-own'] },
  keep: { errors: true },
  logs: { otlp: true },
}

export const TwinEntrypoint = instrumentEntrypoint(classes.TwinEntrypoint, options)
export const TwinObject = instrumentDurableObject(classes.TwinObject, options)
export const TwinBroken = instrumentDurableObject(classes.TwinBroken, options)
export const TwinFlow = instrumentWorkflow(classes.TwinFlow, options)

const app = createTwinApp(tracing(options))
const traced = instrument<TwinEnv>(twinHandler, options)

export default {
  fetch: (request, env, ctx) =>
    new URL(request.url).pathname.startsWith('/hono/')
      ? app.fetch(request, env, ctx)
      : (traced.fetch?.(request, env, ctx) ?? new Response()),
  queue: (batch, env, ctx) => traced.queue?.(batch, env, ctx),
  scheduled: (controller, env, ctx) => traced.scheduled?.(controller, env, ctx),
  email: (message, env, ctx) => traced.email?.(message, env, ctx),
} satisfies ExportedHandler<TwinEnv>
