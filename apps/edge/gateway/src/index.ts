import { env } from 'cloudflare:workers'
import { injectSnippet, otlpRelay, overflowConsumer, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'
import packageJson from '../../package.json' with { type: 'json' }
import { type GatewayEnv, limitsOf, originsOf, snippetOf } from './gateway-env.ts'
import { serveSite } from './serve-site.ts'

// Variables can be read before the first request. Bindings are named below whether they exist or not.
const settings = env as GatewayEnv
const origins = originsOf(settings)
const snippet = snippetOf(settings)
const limits = limitsOf(settings)
const overflowQueue = 'OVERFLOW' satisfies keyof GatewayEnv

const app = new Hono<{ Bindings: GatewayEnv }>()
app.on(
  ['POST', 'OPTIONS'],
  '/v1/traces',
  otlpRelay({
    ...limits.relay,
    origins,
    overflowQueue,
    rateLimit: 'TRACES_LIMIT' satisfies keyof GatewayEnv,
  }),
)
app.use(
  tracing({
    serviceName: settings.OTEL_SERVICE_NAME ?? 'gateway',
    serviceVersion: packageJson.version,
    trust: origins.length > 0 ? origins : 'same-origin',
    timingAllowOrigin: origins,
    sampler: limits.sampler,
    exporter: { overflowQueue },
  }),
)
if (snippet) app.use(injectSnippet(snippet))
// Without TRACE_URL the request is forwarded to the site.
const { TRACE_URL: traceUrl } = settings
if (traceUrl) app.get('/config.json', (c) => c.json({ traceUrl }, 200, { 'cache-control': 'no-store' }))
app.all('/api/*', (c) => (c.env.SHOP ?? globalThis).fetch(c.req.raw))
app.all('*', (c) => {
  const { ASSETS: assets, PAGE_FALLBACK: pageFallback } = c.env
  return assets ? serveSite({ assets, pageFallback }, c.req.raw) : fetch(c.req.raw)
})

export default { fetch: app.fetch, queue: overflowConsumer() } satisfies ExportedHandler<GatewayEnv>
