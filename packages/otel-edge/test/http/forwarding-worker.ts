import { Hono } from 'hono'
import { tracing } from '../../src/index.ts'

interface Call {
  readonly url: string
  readonly arguments: unknown
}

/** The service that the W3C's conformance suite requires: it calls each given URL and propagates its context. */
export default new Hono()
  .use(tracing({ serviceName: 'conformance', trust: 'all' }))
  .post('/test', async (c) => {
    for (const call of await c.req.json<Call[]>()) {
      const init = { method: 'POST', body: JSON.stringify(call.arguments) }
      await (await fetch(call.url, { ...init, headers: { 'content-type': 'application/json' } })).text()
    }
    return c.text('done')
  })
