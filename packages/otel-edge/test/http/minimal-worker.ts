import { Hono } from 'hono'
import { tracing } from '../../src/minimal.ts'

export default new Hono().use(tracing()).get('/hello/:name', (c) => c.text(c.req.param('name')))
