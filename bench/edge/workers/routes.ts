import type { Hono } from 'hono'

interface Env {
  readonly Bindings: { readonly UPSTREAM: string }
}

/** What every worker of this bench serves: an answer at once, and one that awaits a fetch. */
export function routes(app: Hono<Env>): Hono<Env> {
  app.get('/hello/:name', (c) => c.text(`Hello ${c.req.param('name')}`))
  app.get('/fetch/:name', async (c) => c.text(await (await fetch(c.env.UPSTREAM)).text()))
  return app
}
