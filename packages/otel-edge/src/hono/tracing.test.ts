import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { SpanKind, trace } from '@opentelemetry/api'
import { expectTrace } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import type { TestEnv } from '../../test/worker.ts'
import { type EdgeOptions, tracing } from '../index.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function shop(collector: TestCollector, options?: EdgeOptions) {
  const app = new Hono<{ Bindings: TestEnv }>()
  app.use(tracing(collector.options(options)))
  return app
}

async function get(app: Hono<{ Bindings: TestEnv }>, path: string, init?: RequestInit): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await app.fetch(
    new Request(`http://shop.example${path}`, init),
    env as unknown as TestEnv,
    ctx,
  )
  await response.clone().arrayBuffer()
  await waitOnExecutionContext(ctx)
  return response
}

describe('the server span', () => {
  test('a request is a span named by its method and route, with the stable HTTP attributes', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/products/:id', (c) => c.text(c.req.param('id')))
    await get(app, '/products/umbrella?q=secret', { headers: { 'user-agent': 'test/1' } })
    await expectTrace(collector, {
      service: 'test',
      name: 'GET /products/:id',
      kind: 'SERVER',
      status: 'UNSET',
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/products/:id',
        'http.response.status_code': 200,
        'url.path': '/products/umbrella',
        'url.query': 'q=REDACTED',
        'url.scheme': 'http',
        'server.address': 'shop.example',
        'user_agent.original': 'test/1',
      },
    })
  })

  test('values of listed query parameters are kept, for incoming and outgoing requests', async () => {
    const collector = new TestCollector()
    const app = shop(collector, { keepQuery: ['page'] })
    app.get('/list', async (c) => {
      const response = await fetch(`${collector.url}/echo?page=3&token=abc`)
      await response.arrayBuffer()
      return c.text('list')
    })
    await get(app, '/list?page=2&token=abc')
    await expectTrace(collector, {
      name: 'GET /list',
      attributes: { 'url.query': 'page=2&token=REDACTED' },
      children: [{ name: 'GET', attributes: { 'url.full': `${collector.url}/echo?page=3&token=REDACTED` } }],
    })
  })

  test('only origins in `propagateTo` get the context', async () => {
    const collector = new TestCollector()
    const { origin } = new URL(collector.url)
    const sent: (string | null)[] = []
    for (const propagateTo of [[origin], [`${origin}.example`]]) {
      const app = shop(collector, { propagateTo })
      app.get('/out', async (c) => {
        const response = await fetch(`${collector.url}/echo`)
        sent.push(((await response.json()) as Record<string, string>).traceparent ?? null)
        return c.text('out')
      })
      await get(app, '/out')
    }
    expect(sent).toEqual([expect.stringMatching(/^00-/), null])
  })

  test.each([
    ['https://a.example', 'https://a.example'],
    ['https://b.example', 'https://b.example'],
    ['https://stranger.example', null],
    ['null', null],
    [undefined, null],
  ])(
    '`timingAllowOrigin` allows a listed origin in responses to its CORS requests: %s',
    async (origin, allowed) => {
      const app = shop(new TestCollector(), { timingAllowOrigin: ['https://a.example', 'https://b.example'] })
      app.get('/', (c) => c.text('ok'))
      const { headers } = await get(app, '/', origin === undefined ? {} : { headers: { origin } })
      expect(headers.get('timing-allow-origin')).toBe(allowed)
    },
  )

  test.each([[undefined], [['*']], ['*']])(
    'no origin is allowed by `timingAllowOrigin` %j',
    async (given) => {
      const app = shop(new TestCollector(), { timingAllowOrigin: given as never })
      app.get('/', (c) => c.text('ok'))
      const { headers } = await get(app, '/', { headers: { origin: 'https://a.example' } })
      expect(headers.get('timing-allow-origin')).toBeNull()
    },
  )

  test('a route has its base paths, and a 404 has no route', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    const sub = new Hono<{ Bindings: TestEnv }>().get('/:order', (c) => c.text('order'))
    app.route('/api/orders', sub)
    app.basePath('/v2').get('/ping', (c) => c.text('pong'))
    await get(app, '/api/orders/7')
    await get(app, '/v2/ping')
    await get(app, '/nothing/here')
    await expectTrace(collector, { name: 'GET /api/orders/:order' })
    await expectTrace(collector, { name: 'GET /v2/ping' })
    await expectTrace(collector, {
      name: 'GET',
      attributes: { 'http.response.status_code': 404, 'http.route': undefined },
    })
  })

  test('apps with their own error handler, `all` and mounted apps have routes', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    const sub = new Hono<{ Bindings: TestEnv }>()
    sub.onError((_, c) => c.text('sorry', 500))
    sub.all('/any/:id', (c) => c.text('any'))
    app.route('/sub', sub)
    app.all('/next/:id', async (c, next) => {
      if (c.req.param('id') === 'none') return next()
      return c.text('answered')
    })
    app.mount('/legacy', () => new Response('old'))
    await get(app, '/sub/any/1')
    await get(app, '/next/2')
    await get(app, '/legacy/3')
    await get(app, '/next/none')
    for (const route of ['/sub/any/:id', '/next/:id', '/legacy/*']) {
      await expectTrace(collector, { name: `GET ${route}`, attributes: { 'http.route': route } })
    }
    await expectTrace(collector, { name: 'GET', attributes: { 'http.response.status_code': 404 } })
  })

  test('an error that the app’s own handler rethrows, or that is no Error, keeps name and route', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/orders/:id', () => {
      throw new Error('first')
    })
    app.get('/words/:id', () => {
      throw 'a word' as unknown as Error
    })
    app.onError(() => {
      throw new TypeError('second')
    })
    await expect(get(app, '/orders/1')).rejects.toThrow('second')
    await expect(get(app, '/words/1')).rejects.toBe('a word')
    const second = { 'error.type': 'TypeError', 'http.response.status_code': 500 }
    await expectTrace(collector, { name: 'GET /orders/:id', status: 'ERROR', attributes: second })
    await expectTrace(collector, { name: 'GET /words/:id', attributes: { 'http.route': '/words/:id' } })
  })

  test('an error with any message is thrown unchanged and recorded', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    const bare: unknown = Object.create(null)
    app.get('/message', () => {
      throw Object.assign(new Error('no text'), { message: { code: 1 }, stack: [1] })
    })
    app.get('/bare', () => {
      throw bare as Error
    })
    app.onError((_, c) => c.text('sorry', 500))
    const response = await get(app, '/message')
    expect([response.status, await response.text()]).toEqual([500, 'sorry'])
    await expect(get(app, '/bare')).rejects.toBe(bare)
    await expectTrace(collector, {
      name: 'GET /message',
      status: 'ERROR',
      attributes: { 'error.type': 'Error' },
    })
    await expectTrace(collector, {
      name: 'GET /bare',
      status: 'ERROR',
      attributes: { 'error.type': 'object' },
    })
  })

  test('invalid names, texts and contexts of a span do not break the export', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/odd', (c) => {
      const tracer = trace.getTracer('app')
      const odd = undefined as unknown as string
      const span = tracer.startSpan(odd)
      span.setStatus({ code: 2, message: new Error('why') as unknown as string })
      span.addEvent(odd).addEvent('null', null as unknown as undefined)
      span.addLink({ context: {} as never })
      span.setAttribute(odd, 1)
      span.recordException(null as unknown as Error)
      span.end()
      tracer.startSpan('renamed').updateName(odd).end()
      return c.text('ok')
    })
    await get(app, '/odd')
    await expectTrace(collector, { name: 'GET /odd' })
    const spans = await collector.spans()
    expect(spans.map(({ name, status, links }) => ({ name, status, links }))).toMatchObject([
      { name: 'undefined', status: { code: 2, message: 'Error: why' }, links: [] },
      { name: 'renamed' },
      { name: 'GET /odd' },
    ])
  })

  test('a fetch whose body is read in part has a span', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/sniff', async (c) => {
      const reader = (await fetch(`${collector.url}/slow/50`)).body?.getReader()
      await reader?.read()
      reader?.releaseLock()
      return c.text('seen')
    })
    await get(app, '/sniff')
    await expectTrace(collector, {
      name: 'GET /sniff',
      children: [{ name: 'GET', kind: 'CLIENT', status: 'UNSET' }],
    })
  })

  test('the span of HEAD ends with the headers of a streamed response', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/stream', (c) => c.body(new ReadableStream({ pull: () => scheduler.wait(10) })))
    await get(app, '/stream', { method: 'HEAD' })
    await expectTrace(collector, { name: 'HEAD /stream' })
  })

  test('data beyond the limits of a span is counted on it', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/many', (c) => {
      const span = trace.getTracer('app').startSpan('many')
      for (let index = 0; index < 150; index++) span.setAttribute(`a${index}`, index).addEvent('e')
      span.addLink({ context: span.spanContext() }).end(new Date(Number.NaN))
      return c.text('ok')
    })
    await get(app, '/many')
    await expectTrace(collector, { name: 'many' })
    const spans = await collector.spans()
    expect(spans.find(({ name }) => name === 'many')).toMatchObject({
      droppedAttributesCount: 22,
      droppedEventsCount: 22,
      droppedLinksCount: 0,
      endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
    })
  })

  test('an error thrown by a handler is recorded, and the response is that of the app', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/broken', () => {
      throw new RangeError('mail anna@example.com')
    })
    app.onError((_, c) => c.text('sorry', 500))
    const response = await get(app, '/broken')
    expect(await response.text()).toBe('sorry')
    const span = await expectTrace(collector, {
      name: 'GET /broken',
      status: 'ERROR',
      attributes: { 'error.type': 'RangeError', 'http.response.status_code': 500 },
    })
    expect(span?.events[0]?.name).toBe('exception')
    expect(JSON.stringify(span)).not.toContain('anna@example.com')
  })

  test('a trusted traceparent is continued, and another one is linked from a new trace', async () => {
    const collector = new TestCollector()
    const trusting = shop(collector, { trust: 'all' })
    trusting.get('/trusted', (c) => c.text('ok'))
    await get(trusting, '/trusted', { headers: { traceparent: TRACEPARENT } })
    const careful = shop(collector, { trust: 'same-origin' })
    careful.get('/foreign', (c) => c.text('ok'))
    careful.get('/own', (c) => c.text('ok'))
    await get(careful, '/foreign', { headers: { traceparent: TRACEPARENT } })
    await get(careful, '/own', { headers: { traceparent: TRACEPARENT, 'sec-fetch-site': 'same-origin' } })
    const spans = await collector.waitForSpans(3)
    const byName = (name: string) => spans.find((span) => span.name === name)
    expect(byName('GET /trusted')).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    })
    expect(byName('GET /own')?.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(byName('GET /foreign')?.parentSpanId).toBeUndefined()
    expect(byName('GET /foreign')?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c')
    expect(byName('GET /foreign')?.links).toMatchObject([
      { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
    ])
  })

  test('Server-Timing has the trace and the clock, even if headers are immutable', async () => {
    const collector = new TestCollector()
    const app = shop(collector, { traceIdHeader: true })
    app.get('/own', (c) => c.text('ok'))
    app.get('/proxied', () => fetch(`${collector.url}/echo`))
    for (const path of ['/own', '/proxied']) {
      const { headers } = await get(app, path)
      expect(headers.get('server-timing')).toMatch(
        /^traceparent;desc="00-[0-9a-f]{32}-[0-9a-f]{16}-03", trace;desc="00-.*-03", edge;desc="\d{13}";dur=\d+, http.route;desc="[^"]+"$/,
      )
      expect(headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  // The grammar of quoted strings: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
  test.each([
    ['/orders/:id', '/orders/7', 'http.route;desc="/orders/:id"'],
    ['/orders/:id{[0-9]+}', '/orders/7', 'http.route;desc="/orders/:id{[0-9]+}"'],
    ['/say/:word{"\\w+"}', '/say/"hello"', 'http.route;desc="/say/:word{\\"\\\\w+\\"}"'],
    ['/→/:id', '/%E2%86%92/7', undefined],
    ['/to/anna@example.com/:id', '/to/anna@example.com/7', 'http.route;desc="/to/REDACTED/:id"'],
    ['/orders/:id', '/baskets/7', undefined],
  ])('Server-Timing names the route %s of %s as %s', async (route, path, metric) => {
    const app = shop(new TestCollector())
    app.get(route, (c) => c.text('ok'))
    const { headers } = await get(app, path)
    expect(/http\.route.*/.exec(headers.get('server-timing') ?? '')?.[0]).toBe(metric)
  })

  test('Server-Timing keeps the route of a traced worker behind this one', async () => {
    const inner = shop(new TestCollector())
    inner.get('/api/orders/:id', (c) => c.text('ok'))
    const answer = await get(inner, '/api/orders/7')
    const outer = shop(new TestCollector())
    outer.all('/api/*', () => new Response('ok', { headers: answer.headers }))
    const { headers } = await get(outer, '/api/orders/7')
    expect(headers.get('server-timing')).toMatch(/^http\.route;desc="\/api\/orders\/:id", traceparent;[^/]+$/)
  })

  test('only listed headers are recorded, without credentials and secrets', async () => {
    const collector = new TestCollector()
    const names = ['X-Tenant', 'authorization', 'cookie', 'x-mail', 'x-api-key']
    const app = shop(collector, { captureHeaders: { request: names, response: ['etag', 'set-cookie'] } })
    app.get('/page', async (c) => {
      await (await fetch(`${collector.url}/echo`, { headers: { 'x-tenant': 'outgoing' } })).text()
      c.header('set-cookie', 'session=secret')
      return c.text('page', 200, { etag: '"v1"' })
    })
    const headers = {
      'x-tenant': 'blue',
      'x-other': 'other',
      authorization: 'Bearer secret-secret',
      cookie: 'session=secret',
      'x-mail': 'from anna@example.com',
      'x-api-key': 'opaque',
    }
    await get(app, '/page', { headers })
    const spans = await collector.waitForSpans(2)
    const recorded = (name: string) => {
      const attributes = spans.find((span) => span.name === name)?.attributes ?? []
      return Object.fromEntries(
        attributes
          .filter(({ key }) => key.includes('.header.'))
          .map(({ key, value }) => [key, value.arrayValue?.values.map(({ stringValue }) => stringValue)]),
      )
    }
    expect(recorded('GET /page')).toEqual({
      'http.request.header.x-tenant': ['blue'],
      'http.request.header.x-mail': ['from REDACTED'],
      'http.response.header.etag': ['"v1"'],
    })
    expect(recorded('GET')).toEqual({ 'http.request.header.x-tenant': ['outgoing'] })
    expect(JSON.stringify(spans)).not.toMatch(/secret|anna@/)
  })

  test('an unknown method is not part of the span name', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.all('/any', async (c) => {
      await (await fetch(`${collector.url}/echo`, { method: 'PURGE' })).text()
      return c.text('ok')
    })
    await get(app, '/any', { method: 'PURGE' })
    await expectTrace(collector, {
      name: 'HTTP /any',
      attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' },
      children: [
        {
          name: 'HTTP',
          kind: 'CLIENT',
          attributes: { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' },
        },
      ],
    })
  })

  test('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS replaces the known methods', async () => {
    const collector = new TestCollector()
    const app = new Hono().use(tracing(collector.options())).all('/any', async (c) => {
      await (await fetch(`${collector.url}/echo`, { method: 'POST' })).text()
      return c.text('ok')
    })
    const ctx = createExecutionContext()
    const variables = { OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: 'GET, PURGE' }
    await (await app.fetch(new Request('http://x/any', { method: 'PURGE' }), variables, ctx)).text()
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, {
      name: 'PURGE /any',
      attributes: { 'http.request.method': 'PURGE' },
      children: [{ name: 'HTTP', attributes: { 'http.request.method': '_OTHER' } }],
    })
  })

  test('tracing in an app and in its sub-app makes one span with the full route', async () => {
    const collector = new TestCollector()
    const part = new Hono<{ Bindings: TestEnv }>()
    part.use(tracing(collector.options()))
    part.get('/:id', (c) => c.text('part'))
    const app = shop(collector)
    app.use('/early', async (c) => c.text('answered by a middleware'))
    app.route('/parts', part)
    app.get('/early', (c) => c.text('never'))
    await get(app, '/parts/7')
    await get(app, '/early')
    await expectTrace(collector, { name: 'GET /parts/:id', attributes: { 'http.route': '/parts/:id' } })
    await expectTrace(collector, { name: 'GET /early' })
    expect(await collector.spans()).toHaveLength(2)
  })

  test('an app works without an environment and an execution context', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/page', (c) => c.text('page'))
    expect(await (await app.request('/page')).text()).toBe('page')
    await expectTrace(collector, { name: 'GET /page' })
  })

  test('spans made through the OpenTelemetry API are children of the request', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/by-hand', async (c) =>
      trace.getTracer('app', '1.2').startActiveSpan('price', { kind: SpanKind.INTERNAL }, async (span) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        trace.getActiveSpan()?.setAttribute('currency', 'EUR')
        span.end()
        return c.text('ok')
      }),
    )
    await get(app, '/by-hand')
    await expectTrace(collector, {
      name: 'GET /by-hand',
      children: [{ name: 'price', kind: 'INTERNAL', attributes: { currency: 'EUR' } }],
    })
  })
})

describe('outgoing requests', () => {
  test('a fetch is a client span, its address redacted, and carries the context', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/calls', async (c) => {
      const response = await fetch(`${collector.url}/echo?token=abc`, { headers: { 'x-own': '1' } })
      return c.json(await response.json())
    })
    const seen = (await (await get(app, '/calls')).json()) as Record<string, string>
    await expectTrace(collector, {
      name: 'GET /calls',
      children: [
        {
          name: 'GET',
          kind: 'CLIENT',
          attributes: {
            'url.full': `${collector.url}/echo?token=REDACTED`,
            'http.response.status_code': 200,
          },
        },
      ],
    })
    const spans = await collector.spans()
    const client = spans.find(({ name }) => name === 'GET')
    expect(seen['x-own']).toBe('1')
    expect(seen.traceparent).toBe(`00-${client?.traceId}-${client?.spanId}-03`)
  })

  test('headers are sent for every form of fetch arguments, a stale context is replaced, and arguments are not changed', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    const url = `${collector.url}/echo`
    const stale = { 'X-Own': '1', TraceParent: TRACEPARENT, tracestate: 'stale=1' }
    const plain = { headers: { ...stale } }
    const forms: [string, () => Promise<Response>][] = [
      ['a plain object', () => fetch(url, plain)],
      ['Headers', () => fetch(new URL(url), { headers: new Headers(stale) })],
      ['pairs', () => fetch(url, { headers: Object.entries(stale) })],
      ['a Request', () => fetch(new Request(url, { headers: stale }))],
      ['a Request as its init', () => fetch(url, new Request('http://other/', { headers: stale }))],
      ['a method in small letters', () => fetch(url, { method: 'post', body: 'x', headers: stale })],
    ]
    app.get('/forms', async (c) => {
      const seen: Record<string, Record<string, string>> = {}
      for (const [name, send] of forms) seen[name] = await (await send()).json()
      return c.json(seen)
    })
    const seen = (await (await get(app, '/forms')).json()) as Record<string, Record<string, string>>
    for (const [name] of forms) {
      expect(seen[name]?.['x-own'], name).toBe('1')
      expect(seen[name]?.traceparent, name).toMatch(/^00-(?!0af765)[0-9a-f]{32}-[0-9a-f]{16}-03$/)
      expect(seen[name]?.tracestate, name).toBeUndefined()
    }
    expect(plain).toEqual({ headers: stale })
    await expectTrace(collector, {
      name: 'GET /forms',
      children: [
        { name: 'POST', kind: 'CLIENT' },
        { name: 'GET', kind: 'CLIENT', repeated: true },
      ],
    })
  })

  test('KV, D1 and R2 are client spans; parameters and literals are never recorded', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/bindings', async (c) => {
      await c.env.CART.put('a', '1')
      await c.env.DB.exec('CREATE TABLE IF NOT EXISTS products (id TEXT, name TEXT)')
      const select = c.env.DB.prepare("SELECT * FROM products WHERE id = ? AND name <> 'secret'").bind(
        'umbrella',
      )
      await c.env.DB.batch([select, select])
      await c.env.FILES.put('file', 'content')
      return c.json((await select.all()).results)
    })
    const response = await get(app, '/bindings')
    expect(await response.json()).toEqual([])
    await expectTrace(collector, {
      name: 'GET /bindings',
      children: [
        { name: 'put CART', kind: 'CLIENT', attributes: { 'db.system.name': 'cloudflare-kv' } },
        { name: 'CREATE products', kind: 'CLIENT' },
        { name: 'BATCH DB', kind: 'CLIENT', attributes: { 'db.operation.batch.size': 2 } },
        { name: 'put FILES', kind: 'CLIENT' },
        {
          name: 'SELECT products',
          kind: 'CLIENT',
          attributes: {
            'db.query.text': 'SELECT * FROM products WHERE id = ? AND name <> ?',
            'db.query.summary': 'SELECT products',
          },
        },
      ],
    })
    const spans = await collector.spans()
    expect(JSON.stringify(spans)).not.toMatch(/umbrella|secret/)
  })
})

describe('durations', () => {
  test('the span of a body that is streamed for 300 ms lasts 300 ms', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/stream', () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const writer = writable.getWriter()
      const bytes = new TextEncoder().encode('x')
      setTimeout(() => void writer.write(bytes).then(() => writer.close()), 300)
      return new Response(readable)
    })
    await get(app, '/stream')
    const [span] = await collector.waitForSpans(1)
    expect(span?.durationMillis).toBeGreaterThan(280)
  })

  test('the span of a fetch ends with its body, within the request that reads it', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/proxy', () => fetch(`${collector.url}/slow/200`))
    app.get('/read', async (c) => c.text(await (await fetch(`${collector.url}/slow/200`)).text()))
    app.get('/unread', async (c) => c.text(String((await fetch(`${collector.url}/slow/1500`)).status)))
    await get(app, '/proxy')
    await get(app, '/read')
    await get(app, '/unread')
    const spans = await collector.waitForSpans(6)
    for (const name of ['GET /proxy', 'GET /read']) {
      const server = spans.find((span) => span.name === name)
      const client = spans.find((span) => span.parentSpanId === server?.spanId)
      expect(client?.durationMillis, name).toBeGreaterThan(180)
      expect(BigInt(server?.endTimeUnixNano ?? 0) >= BigInt(client?.endTimeUnixNano ?? 1)).toBe(true)
    }
    const unread = spans.find((span) => span.name === 'GET /unread')
    expect(unread?.durationMillis).toBeLessThan(1_400)
  })

  test('a short body of known length that arrives slowly is followed, forwarded or in a new response', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/passed', () => fetch(`${collector.url}/slow-sized/200`))
    app.get('/copied', async () => {
      const upstream = await fetch(`${collector.url}/slow-sized/200`)
      return new Response(upstream.body, upstream)
    })
    for (const path of ['/passed', '/copied']) {
      const response = await get(app, path)
      expect(await response.text()).toBe('firstlast')
    }
    const spans = await collector.waitForSpans(4)
    for (const span of spans) expect(span.durationMillis, span.name).toBeGreaterThan(180)
  })

  const decode = (chunks: readonly Uint8Array[]) =>
    chunks.map((chunk) => new TextDecoder().decode(chunk)).join('')
  async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
    const chunks: Uint8Array[] = []
    for (;;) {
      const { done, value } = await reader.read()
      if (done || !value) return decode(chunks)
      chunks.push(value)
    }
  }
  const bodyOf = (response: Response) => response.body ?? new ReadableStream<Uint8Array>()
  const consumers: [string, (response: Response, env: TestEnv) => Promise<string>][] = [
    ['text()', (response) => response.text()],
    [
      'a look at the body, then text()',
      (response) => (response.body ? response.text() : Promise.resolve('')),
    ],
    ['a reader', (response) => readAll(bodyOf(response).getReader())],
    [
      'two readers, one after the other',
      async (response) => {
        const body = bodyOf(response)
        const first = body.getReader()
        const { value = new Uint8Array() } = await first.read()
        first.releaseLock()
        expect(body.locked).toBe(false)
        return decode([value]) + (await readAll(body.getReader()))
      },
    ],
    [
      'a loop',
      async (response) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of bodyOf(response)) chunks.push(chunk)
        return decode(chunks)
      },
    ],
    [
      'a tee',
      async (response) => {
        const [one, other] = bodyOf(response).tee()
        const texts = await Promise.all([one, other].map((half) => new Response(half).text()))
        expect(texts[0]).toBe(texts[1])
        return texts[0] ?? ''
      },
    ],
    ['a pipe', (response) => new Response(bodyOf(response).pipeThrough(new TransformStream())).text()],
    [
      'pipeTo()',
      async (response) => {
        const { readable, writable } = new TransformStream()
        const [text] = await Promise.all([new Response(readable).text(), bodyOf(response).pipeTo(writable)])
        return text
      },
    ],
    ['a new response', (response) => new Response(response.body, response).text()],
    ['a clone', async (response) => (await response.clone().text()) && response.text()],
    ['a rewriter', (response) => new HTMLRewriter().transform(response).text()],
    [
      'a cache',
      async (response) => {
        const headers = { 'cache-control': 'max-age=60' }
        await caches.default.put('http://x/cached', new Response(response.body, { headers }))
        return (await caches.default.match('http://x/cached'))?.text() ?? ''
      },
    ],
    [
      'a bucket',
      async (response, { FILES }) => {
        await FILES.put('received', response.body)
        return (await FILES.get('received'))?.text() ?? ''
      },
    ],
    [
      'a reader of the caller’s own buffers',
      async (response) => {
        const reader = bodyOf(response).getReader({ mode: 'byob' })
        const { value = new Uint8Array() } = await reader.readAtLeast(9, new Uint8Array(9))
        return decode([value])
      },
    ],
  ]
  test.each(consumers)(
    'a received body can be passed to %s and is followed to its end',
    async (_, consume) => {
      const collector = new TestCollector()
      const app = shop(collector)
      app.get('/consume', async (c) => {
        const text = await consume(await fetch(`${collector.url}/slow-sized/150`), c.env)
        await new Promise((resolve) => setTimeout(resolve, 100))
        return c.text(text)
      })
      expect(await (await get(app, '/consume')).text()).toBe('firstlast')
      const spans = await collector.waitForSpans(2)
      const server = spans.find(({ name }) => name === 'GET /consume')
      const client = spans.find(({ parentSpanId }) => parentSpanId === server?.spanId)
      expect(client?.durationMillis).toBeGreaterThan(140)
      expect(client?.durationMillis).toBeLessThanOrEqual(server?.durationMillis ?? 0)
    },
  )

  test('the span of a cancelled body ends with the cancellation', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/cancel', async (c) => {
      await (await fetch(`${collector.url}/slow/2000`)).body?.cancel()
      return c.text('given up')
    })
    await get(app, '/cancel')
    const [client] = (await collector.waitForSpans(2)).filter(({ kind }) => kind === 3)
    expect(client?.status).toEqual({})
    expect(client?.durationMillis).toBeLessThan(1_900)
  })

  test('each of 50 parallel requests of one trace has its own duration and children', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/wait/:ms', async (c) => {
      await new Promise((resolve) => setTimeout(resolve, Number(c.req.param('ms'))))
      await c.env.CART.get(c.req.param('ms'))
      return c.text('ok')
    })
    const waits = Array.from({ length: 50 }, (_, index) => 10 + index * 8)
    const seenFromOutside = await Promise.all(
      waits.map(async (ms) => {
        const started = Date.now()
        await get(app, `/wait/${ms}`, { headers: { traceparent: TRACEPARENT } })
        return Date.now() - started
      }),
    )
    const spans = await collector.waitForSpans(100)
    waits.forEach((ms, index) => {
      const server = spans.find((span) => span.values['url.path'] === `/wait/${ms}`)
      expect(server?.durationMillis).toBeGreaterThanOrEqual(ms - 2)
      expect(server?.durationMillis).toBeLessThanOrEqual((seenFromOutside[index] ?? 0) + 2)
      expect(spans.filter((span) => span.parentSpanId === server?.spanId)).toHaveLength(1)
    })
  })
})

describe('kinds of responses', () => {
  test('a client that disconnects during a stream ends the span without an error', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/events', (c) =>
      c.body(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 20))
            controller.enqueue(new TextEncoder().encode('data: x\n\n'))
          },
        }),
        200,
        { 'content-type': 'text/event-stream' },
      ),
    )
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/events'), env as unknown as TestEnv, ctx)
    const reader = response.body?.getReader()
    await reader?.read()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await reader?.cancel()
    await waitOnExecutionContext(ctx)
    const span = await expectTrace(collector, { name: 'GET /events', status: 'UNSET' })
    expect(span?.durationMillis).toBeGreaterThan(90)
  })

  test('the error of a stream is recorded on the span and thrown to its reader', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/breaks', (c) =>
      c.body(
        new ReadableStream({
          pull(controller) {
            controller.error(new RangeError('broken pipe'))
          },
        }),
      ),
    )
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/breaks'), env as unknown as TestEnv, ctx)
    await expect(response.text()).rejects.toThrow('broken pipe')
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, {
      name: 'GET /breaks',
      status: 'ERROR',
      attributes: { 'error.type': 'RangeError' },
    })
  })

  test('spans of HEAD, redirects, empty responses and upgrades end with the headers', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/page', (c) => c.text('page'))
    app.get('/moved', (c) => c.redirect('/page'))
    app.delete('/page', (c) => c.body(null, 204))
    app.get('/socket', () => {
      const { 0: client, 1: server } = new WebSocketPair()
      server.accept()
      return new Response(null, { status: 101, webSocket: client })
    })
    expect((await get(app, '/page', { method: 'HEAD' })).status).toBe(200)
    expect((await get(app, '/moved', { redirect: 'manual' })).status).toBe(302)
    expect((await get(app, '/page', { method: 'DELETE' })).status).toBe(204)
    const ctx = createExecutionContext()
    const upgrade = new Request('http://x/socket', { headers: { upgrade: 'websocket' } })
    expect((await app.fetch(upgrade, env as unknown as TestEnv, ctx)).webSocket).toBeTruthy()
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, { name: 'HEAD /page', attributes: { 'http.response.status_code': 200 } })
    await expectTrace(collector, { name: 'GET /moved', attributes: { 'http.response.status_code': 302 } })
    await expectTrace(collector, { name: 'DELETE /page', attributes: { 'http.response.status_code': 204 } })
    await expectTrace(collector, { name: 'GET /socket', attributes: { 'http.response.status_code': 101 } })
  })

  test('a proxied response keeps its length, type and bytes', async () => {
    const collector = new TestCollector()
    const app = shop(collector)
    app.get('/file', async (c) => {
      await c.env.FILES.put('large', new Uint8Array(300_000).fill(7))
      const file = await c.env.FILES.get('large')
      return new Response(file?.body ?? null, { headers: { etag: file?.httpEtag ?? '' } })
    })
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/file'), env as unknown as TestEnv, ctx)
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect([bytes.length, bytes.every((byte) => byte === 7)]).toEqual([300_000, true])
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, {
      name: 'GET /file',
      children: [{ name: 'put FILES' }, { name: 'get FILES' }],
    })
  })
})
