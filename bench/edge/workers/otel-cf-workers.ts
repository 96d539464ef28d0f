import { instrument } from '@microlabs/otel-cf-workers'
import { Hono } from 'hono'
import { routes } from './routes.ts'

interface Env {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string
  readonly OTEL_TRACES_SAMPLER_ARG: string
}

const app = routes(new Hono())
export default instrument({ fetch: app.fetch } as ExportedHandler<Env>, (env: Env) => ({
  exporter: { url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` },
  service: { name: 'bench' },
  sampling: { headSampler: { ratio: Number(env.OTEL_TRACES_SAMPLER_ARG) } },
}))
