import { Hono } from 'hono'
import { tracing } from '../../src/index.ts'

export default new Hono().use(tracing()).get('/hello/:name', (c) => c.text(c.req.param('name')))
