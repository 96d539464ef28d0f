import { serve } from '@hono/node-server'
import { flush, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'

const app = new Hono()
app.use(tracing({ serviceName: 'shop' }))
app.get('/', (c) => c.text('shop'))
app.get('/products/:id', async (c) => {
  const id = c.req.param('id')
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${id}`)
  return c.json({ id, left: await stock.json() })
})

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
process.once('SIGTERM', () => server.close(() => void flush().then(() => process.exit())))
