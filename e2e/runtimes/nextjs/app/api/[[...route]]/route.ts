import { flush, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'
import { handle } from 'hono/vercel'
import { after } from 'next/server'

const app = new Hono().basePath('/api')
app.use(tracing({ serviceName: 'shop' }))
app.use((_, next) => next().then(() => after(() => flush())))
app.get('/products/:id', async (c) => {
  const id = c.req.param('id')
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${id}`)
  return c.json({ id, left: await stock.json() })
})

export const GET = handle(app)
export const POST = handle(app)
