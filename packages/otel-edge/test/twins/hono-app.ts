import { Hono, type MiddlewareHandler } from 'hono'
import { streamSSE, streamText } from 'hono/streaming'
import type { TwinEnv } from './case.ts'
import { runCases } from './run-cases.ts'

type App = Hono<{ Bindings: TwinEnv }>

/** A Hono app that uses the context as apps do. */
export function createTwinApp(...middleware: MiddlewareHandler[]): App {
  const app: App = new Hono()
  for (const handler of middleware) app.use(handler)
  app.use('/hono/headers/*', async (c, next) => {
    await next()
    c.res.headers.append('x-after', 'yes')
    c.header('x-by-header', 'too')
  })
  app.use('/hono/replaced/*', async (c, next) => {
    await next()
    c.res = new Response(`replaced ${await c.res.text()}`, { status: 202, headers: { 'x-new': '1' } })
  })
  app.post('/hono/in', async (c) =>
    c.json(await runCases(await c.req.json<string[]>(), 'hono', { env: c.env, ctx: c.executionCtx })),
  )
  app.get('/hono/text', (c) => c.text('text'))
  app.get('/hono/json', (c) => c.json({ a: 1 }, 201, { 'x-own': '1' }))
  app.get('/hono/html', (c) => c.html('<p>html</p>'))
  app.get('/hono/body', (c) => c.body(null, 204))
  app.get('/hono/redirect', (c) => c.redirect('/hono/text'))
  app.get('/hono/cookies', (c) => {
    c.header('set-cookie', 'a=1')
    c.header('set-cookie', 'b=2', { append: true })
    return c.text('cookies')
  })
  app.get('/hono/headers/a', (c) => c.text('with headers'))
  app.get('/hono/headers/fetched', (c) => fetch(`${c.env.ORIGIN}/text`))
  app.get('/hono/replaced/a', (c) => c.text('this'))
  app.get('/hono/fetched/:page', (c) =>
    fetch(`${c.env.ORIGIN}/${c.req.param('page')}`, { redirect: 'manual' }),
  )
  app.get('/hono/service/:page', (c) =>
    c.env.SERVICE.fetch(`http://x/${c.req.param('page')}`, { redirect: 'manual' }),
  )
  app.get('/hono/stream', (c) =>
    streamText(c, async (stream) => {
      for (const part of ['a', 'b', 'c']) {
        await stream.write(part)
        await stream.sleep(1)
      }
    }),
  )
  app.get('/hono/sse', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ data: 'one', event: 'e', id: '1' })
      await stream.writeSSE({ data: 'two' })
    }),
  )
  app.get('/hono/stream-fails', (c) =>
    streamText(
      c,
      async (stream) => {
        await stream.write('before ')
        throw new Error('in the stream')
      },
      async (error, stream) => {
        await stream.write(`after ${error.message}`)
      },
    ),
  )
  app.get('/hono/throws', () => {
    throw new TypeError('the route throws')
  })
  app.get('/hono/throws-response', () => {
    throw Object.assign(new Error('by response'), {
      getResponse: () => new Response('own response', { status: 409 }),
    })
  })
  app.get('/hono/throws-text', () => {
    throw 'a text'
  })
  app.get('/hono/context', async (c) => {
    const variables: unknown[] = []
    c.set('own' as never, 'variable' as never)
    variables.push(c.get('own' as never))
    c.executionCtx.waitUntil(c.env.KV.put('hono', 'waited'))
    return c.json([
      ...variables,
      c.executionCtx.constructor.name,
      c.env.TEXT,
      Object.keys(c.env).sort(),
      c.req.method,
      c.req.routeIndex >= 0,
      c.finalized,
      c.error === undefined,
      c.req.raw instanceof Request,
      c.res instanceof Response,
    ])
  })
  app.post('/hono/echo', async (c) => c.text(`${c.req.header('content-type')}: ${await c.req.text()}`))
  app.post('/hono/form', async (c) => c.json(Object.keys(await c.req.parseBody())))
  app.post('/hono/twice', async (c) => c.json([await c.req.json(), await c.req.text(), c.req.raw.bodyUsed]))
  app.route(
    '/hono/inner',
    new Hono<{ Bindings: TwinEnv }>()
      .onError((error, c) => c.text(`inner ${error.message}`, 503))
      .get('/throws', () => {
        throw new Error('inside')
      })
      .get('/text', (c) => c.text('inner')),
  )
  app.mount('/hono/mounted', (request) => new Response(`mounted ${new URL(request.url).pathname}`))
  app.get('/hono/raw', () => new Response('raw', { headers: { 'x-own': '1' } }))
  app.get('/hono/frozen', () => Object.freeze(new Response('frozen')))
  app.get('/hono/head-only', (c) => c.body('for HEAD too'))
  app.get('/hono/status', (c) => {
    c.status(207)
    return c.text('multi')
  })
  app.get('/hono/render', (c) => {
    c.setRenderer((content) => c.html(`<main>${content}</main>`))
    return c.render('rendered')
  })
  app.get('/hono/subrequest', async (c) => {
    const response = await app.request('/hono/text', {}, c.env)
    return c.text(`${response.status} ${await response.text()}`)
  })
  app.get('/hono/subfetch', (c) => app.fetch(new Request('http://x/hono/json'), c.env, c.executionCtx))
  app.use('/hono/before/*', async (c) => c.text('answered by a middleware', 403))
  app.use('/hono/after/*', async (c, next) => {
    await next()
    c.res = undefined
    c.res = new Response(`after ${c.error?.message ?? 'no error'}`, { status: c.error ? 502 : 200 })
  })
  app.get('/hono/after/throws', () => {
    throw new Error('below')
  })
  app.get('/hono/after/works', (c) => c.text('works'))
  app.get('/hono/early-stream', (c) =>
    c.body(new Response('a body of its own').body as ReadableStream, 200, { 'x-own': '1' }),
  )
  app.get('/hono/timed', (c) => {
    c.header('server-timing', 'db;dur=5')
    return c.text('timed')
  })
  app.options('/hono/text', (c) => c.body(null, 204, { allow: 'GET' }))
  app.notFound((c) => c.text('not found here', 404, { 'x-not': 'found' }))
  app.onError((error, c) => c.text(`handled ${error.name} ${error.message}`, 500, { 'x-error': 'yes' }))
  return app
}
