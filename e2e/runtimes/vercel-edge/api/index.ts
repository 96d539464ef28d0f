import { tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'

export const config = { runtime: 'edge' }

const app = new Hono()
app.use(tracing({ serviceName: 'shop' }))
app.get('/', (c) => c.text('shop'))
app.get('/products/:id', async (c) => {
  const id = c.req.param('id')
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${id}`)
  return c.json({ id, left: await stock.json() })
})

export default (request, context) => app.fetch(request, process.env, context)
