import {
  type EdgeOptions,
  flush,
  injectSnippet,
  instrument,
  instrumentDurableObject,
  logger,
  otlpRelay,
  tracing,
} from '@throughline/otel-edge'
import { tracing as minimal } from '@throughline/otel-edge/minimal'
import { Hono } from 'hono'

const options: EdgeOptions = { serviceName: 'api', trust: 'internal' }
const app = new Hono()
app.use(tracing(options))
app.use('/minimal/*', minimal({ serviceName: 'minimal' }))
app.post('/v1/traces', otlpRelay())
app.get('/', (c) => {
  logger.info('asked', { path: c.req.path })
  return c.text('hello')
})

export { flush, injectSnippet, instrumentDurableObject }
export default instrument(app)
