import { Hono } from 'hono'

export default new Hono().get('/hello/:name', (c) => c.text(c.req.param('name')))
