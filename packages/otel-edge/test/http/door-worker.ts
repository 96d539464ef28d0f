import { Hono } from 'hono'
import { injectSnippet, tracing } from '../../src/index.ts'

/** A worker that the internet reaches, with responses of its own and forwarded ones. */
const app = new Hono<{ Bindings: { readonly ORIGIN: string } }>()
app.use(tracing({ serviceName: 'door', trust: 'all' }))
app.get('/slow', async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  return c.text('slow')
})
app.get('/hello/:id', (c) => c.text(c.req.param('id')))
app.use('/pages/*', injectSnippet())
app.get('/pages/:encoding', (c) =>
  fetch(new Request(new URL(c.req.param('encoding'), c.env.ORIGIN), c.req.raw)),
)
app.all('*', (c) => fetch(new Request(new URL(c.req.path, c.env.ORIGIN), c.req.raw)))
export default app
