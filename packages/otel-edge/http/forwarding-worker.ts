import { Hono } from 'hono'
import { tracing } from '../src/index.ts'

interface Call {
  readonly url: string
  readonly arguments: unknown
}

/** What the W3C's conformance suite asks of a service: to call each address it is given, its context carried on. */
export default new Hono()
  .use(tracing({ serviceName: 'conformance', trust: 'all' }))
  .post('/test', async (c) => {
    for (const call of await c.req.json<Call[]>()) {
      const init = { method: 'POST', body: JSON.stringify(call.arguments) }
      await (await fetch(call.url, { ...init, headers: { 'content-type': 'application/json' } })).text()
    }
    return c.text('done')
  })
