import { withSentry } from '@sentry/cloudflare'
import { Hono } from 'hono'
import { routes } from './routes.ts'

interface Env {
  readonly SENTRY_DSN: string
  readonly OTEL_TRACES_SAMPLER_ARG: string
}

const app = routes(new Hono())
export default withSentry(
  (env: Env) => ({ dsn: env.SENTRY_DSN, tracesSampleRate: Number(env.OTEL_TRACES_SAMPLER_ARG) }),
  { fetch: app.fetch } as ExportedHandler<Env>,
)
