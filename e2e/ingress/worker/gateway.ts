import { env } from 'cloudflare:workers'
import { otlpRelay, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'

/** The variables of the tests, beside those of OpenTelemetry. */
interface GatewayEnv {
  readonly TRUST?: 'same-origin' | 'all'
}

const { TRUST: trust = 'same-origin' } = env as GatewayEnv
const PAGE =
  '<!doctype html><html><head><script src="/throughline.js" data-service-name="page"></script></head><body></body></html>'

/** A page, its relay, and `/call?to=`, which forwards a request with its headers. */
export default new Hono()
  .post('/v1/traces', otlpRelay())
  .get('/:script{throughline.*}', (c) => c.body('void 0\n', 200, { 'content-type': 'text/javascript' }))
  .use(tracing({ serviceName: 'gateway', trust, exporter: { batchDelayMillis: 5 } }))
  .get('/', (c) => c.html(PAGE, 200, { 'cache-control': 'no-cache' }))
  .get('/call', (c) => fetch(new Request(c.req.query('to') ?? '', c.req.raw)))
