import { otlpRelay, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'
import packageJson from '../../package.json' with { type: 'json' }
import { serveSite } from './serve-site.ts'

/** What the gateway can be given. Every binding is optional: without one, its requests go to the origin. */
export interface GatewayEnv {
  /** Static assets, the site itself. */
  readonly ASSETS?: Fetcher
  /** The page that answers for client-side routes, `/` as a rule; not set for a site without them. */
  readonly PAGE_FALLBACK?: string
  /** The API behind `/api/*`. */
  readonly SHOP?: Fetcher
  /** A trace's page, with `{traceId}` in it. */
  readonly TRACE_URL?: string
}

const app = new Hono<{ Bindings: GatewayEnv }>()
// Before tracing: spans about sending spans would never end.
app.post('/v1/traces', otlpRelay())
app.use(tracing({ serviceName: 'gateway', serviceVersion: packageJson.version, trust: 'same-origin' }))
app.get('/config.json', (c) => c.json({ traceUrl: c.env.TRACE_URL }, 200, { 'cache-control': 'no-store' }))
app.all('/api/*', (c) => (c.env.SHOP ?? globalThis).fetch(c.req.raw))
app.all('*', (c) => {
  const { ASSETS: assets, PAGE_FALLBACK: pageFallback } = c.env
  return assets ? serveSite({ assets, pageFallback }, c.req.raw) : fetch(c.req.raw)
})

export default app
