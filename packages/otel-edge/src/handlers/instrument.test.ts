import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as untypedEnv } from 'cloudflare:workers'
import { expectTrace } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import type { TestEnv } from '../../test/worker.ts'
import { instrument, processMessages, tracing } from '../index.ts'

const env = untypedEnv as unknown as TestEnv
const PRODUCER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const OTHER_PRODUCER = '00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01'

async function run(handler: ExportedHandler<TestEnv>, request: Request): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await (handler.fetch?.(request as never, env, ctx) ?? new Response())
  const body = await response.arrayBuffer()
  await waitOnExecutionContext(ctx)
  return new Response(body, response)
}

describe('fetch', () => {
  test('a plain handler is a server span named by its method, and its errors pass through', async () => {
    const collector = new TestCollector()
    const handler = instrument<TestEnv>(
      {
        fetch(request) {
          if (request.url.endsWith('/broken')) throw new TypeError('broken')
          return new Response('plain')
        },
      },
      collector.options(),
    )
    expect(await (await run(handler, new Request('http://x/plain'))).text()).toBe('plain')
    await expect(run(handler, new Request('http://x/broken'))).rejects.toThrow('broken')
    await run(handler, new Request('http://x/plain'))
    await expectTrace(collector, {
      name: 'GET',
      kind: 'SERVER',
      attributes: { 'http.response.status_code': 200 },
    })
    await expectTrace(collector, { name: 'GET', status: 'ERROR', attributes: { 'error.type': 'TypeError' } })
  })

  describe('a Hono app beside a queue handler', () => {
    const build = (isTraced: boolean) => {
      const app = new Hono<{ Bindings: TestEnv }>()
      if (isTraced) app.use(tracing())
      app.get('/items/:id', (c) => c.text('item'))
      app.get('/broken', () => {
        throw new TypeError('broken')
      })
      app.onError((_, c) => c.text('sorry', 500))
      return app
    }
    const queue = async () => {}

    test.each([
      ['fetch: app', () => ({ fetch: build(false), queue })],
      ['fetch: app with tracing() in it', () => ({ fetch: build(true), queue })],
      ['fetch: app.fetch with tracing() in it', () => ({ fetch: build(true).fetch, queue })],
      ['the app with the handler assigned to it', () => Object.assign(build(false), { queue })],
    ])('a Hono app has route names and exceptions: %s', async (_, handlers) => {
      const collector = new TestCollector()
      const handler = instrument(handlers() as never, collector.options()) as ExportedHandler<TestEnv>
      expect(handler.queue).toBeTypeOf('function')
      expect(await (await run(handler, new Request('http://x/items/1'))).text()).toBe('item')
      expect((await run(handler, new Request('http://x/broken'))).status).toBe(500)
      await expectTrace(collector, { name: 'GET /items/:id', attributes: { 'http.route': '/items/:id' } })
      await expectTrace(collector, {
        name: 'GET /broken',
        attributes: { 'error.type': 'TypeError' },
      })
      const spans = await collector.spans()
      expect(spans.find(({ name }) => name === 'GET /broken')?.events).toMatchObject([{ name: 'exception' }])
    })

    test('app.fetch in place of the app causes one warning', async () => {
      const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
      const collector = new TestCollector()
      const handler = instrument(
        { fetch: build(false).fetch, queue } as never,
        collector.options(),
      ) as ExportedHandler<TestEnv>
      await run(handler, new Request('http://x/items/1'))
      await run(handler, new Request('http://x/items/2'))
      expect(warnings.mock.calls).toEqual([[expect.stringContaining('pass the app itself, fetch: app')]])
      warnings.mockRestore()
    })
  })

  test('the spans of a Hono app without the middleware are named by its routes, also by those registered later', async () => {
    const collector = new TestCollector()
    const app = new Hono<{ Bindings: TestEnv }>()
    app.get('/early/:id', (c) => c.text('early'))
    const handler = instrument<TestEnv>(app, collector.options())
    app.get('/late/:id', async (c) => c.text(String(await c.env.CART.get('none'))))
    app.onError((_, c) => c.text('sorry', 500))
    app.get('/broken', () => {
      throw new TypeError('broken')
    })
    await run(handler, new Request('http://x/early/1'))
    await run(handler, new Request('http://x/late/1'))
    expect((await run(handler, new Request('http://x/broken'))).status).toBe(500)
    expect((await run(handler, new Request('http://x/missing'))).status).toBe(404)
    await expectTrace(collector, { name: 'GET /early/:id' })
    await expectTrace(collector, { name: 'GET /late/:id', children: [{ name: 'get CART' }] })
    await expectTrace(collector, {
      name: 'GET /broken',
      status: 'ERROR',
      attributes: { 'error.type': 'TypeError' },
    })
    await expectTrace(collector, { name: 'GET', attributes: { 'http.response.status_code': 404 } })
  })
})

describe('bindings that propagate the context', () => {
  const shared = new TestCollector('shared')
  const options = {
    serviceName: 'caller',
    trust: 'all',
    propagateBindings: ['INVENTORY', 'COUNTER'],
    exporter: { batchDelayMillis: 5 },
  } as const

  test('the callee of a service binding’s fetch continues the trace', async () => {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.get('/through', (c) => c.env.SHOP.fetch('http://shop/api/products/umbrella'))
    const response = await run(instrument<TestEnv>(app, options), new Request('http://x/through'))
    expect(await response.json()).toEqual({ id: 'umbrella' })
    await expectTrace(shared, {
      service: 'caller',
      name: 'GET /through',
      children: [
        {
          service: 'caller',
          name: 'fetch SHOP',
          kind: 'CLIENT',
          children: [{ service: 'shop', name: 'GET /api/products/:id', kind: 'SERVER' }],
        },
      ],
    })
  })

  test('RPC propagates the context without changing arguments, errors and properties', async () => {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.get('/reserve', async (c) => {
      const failed = await Promise.resolve(c.env.INVENTORY.reserve('umbrella', -1)).catch(
        (error: Error) => error.message,
      )
      const version = await c.env.INVENTORY.version
      return c.json({ reserved: await c.env.INVENTORY.reserve('umbrella', 2), failed, version })
    })
    const response = await run(instrument<TestEnv>(app, options), new Request('http://x/reserve'))
    expect(await response.json()).toEqual({
      reserved: { productId: 'umbrella', left: 8, args: 2 },
      failed: 'quantity -1',
      version: '7',
    })
    await expectTrace(shared, {
      name: 'GET /reserve',
      children: [
        {
          name: 'INVENTORY.reserve',
          kind: 'CLIENT',
          status: 'UNSET',
          attributes: { 'rpc.system.name': 'cloudflare_rpc', 'rpc.method': 'INVENTORY/reserve' },
          children: [
            {
              service: 'inventory',
              name: 'reserve',
              kind: 'SERVER',
              attributes: {
                'rpc.system.name': 'cloudflare_rpc',
                'rpc.method': 'InventoryEntrypoint/reserve',
              },
              children: [{ name: 'get CART', kind: 'CLIENT' }],
            },
          ],
        },
        {
          name: 'INVENTORY.reserve',
          status: 'ERROR',
          children: [{ service: 'inventory', name: 'reserve', status: 'ERROR' }],
        },
      ],
    })
  })

  test('a callback passed as an argument runs in the trace of its caller', async () => {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.get('/each', async (c) => {
      const count = await c.env.INVENTORY.each(['a', 'b'], async (productId) => {
        await c.env.CART.delete(productId)
      })
      return c.json(count)
    })
    const response = await run(instrument<TestEnv>(app, options), new Request('http://x/each'))
    expect(await response.json()).toBe(2)
    await expectTrace(shared, {
      service: 'caller',
      name: 'GET /each',
      children: [
        {
          name: 'INVENTORY.each',
          children: [
            { service: 'inventory', name: 'each' },
            { service: 'caller', name: 'delete CART' },
            { service: 'caller', name: 'delete CART' },
          ],
        },
      ],
    })
  })

  test('Durable Object stubs propagate the context by fetch and by RPC', async () => {
    const app = new Hono<{ Bindings: TestEnv }>()
    app.get('/count', async (c) => {
      const stub = c.env.COUNTER.get(c.env.COUNTER.idFromName('a'))
      const count = await stub.add(3)
      return c.json([count, await (await c.env.COUNTER.getByName('a').fetch('http://object/')).text()])
    })
    const response = await run(instrument<TestEnv>(app, options), new Request('http://x/count'))
    expect(await response.json()).toEqual([3, '3'])
    await expectTrace(shared, {
      name: 'GET /count',
      children: [
        {
          name: 'COUNTER.add',
          kind: 'CLIENT',
          children: [{ service: 'counter', name: 'add', kind: 'SERVER', children: [{ name: 'put CART' }] }],
        },
        {
          name: 'fetch COUNTER',
          kind: 'CLIENT',
          children: [{ service: 'counter', name: 'GET', kind: 'SERVER' }],
        },
      ],
    })
  })
})

describe('queues', () => {
  test('a message to a queue in `queues` is sent in an envelope, and other messages are unchanged', async () => {
    const collector = new TestCollector()
    const sent: unknown[] = []
    class WorkerQueue {
      async send(body: unknown) {
        sent.push(body)
      }
      async sendBatch(messages: Iterable<MessageSendRequest>) {
        sent.push(...messages)
      }
    }
    const fakes = { ...env, ORDERS: new WorkerQueue(), FOREIGN: new WorkerQueue() } as unknown as TestEnv
    const handler = instrument<TestEnv>(
      {
        async fetch(_, { ORDERS, FOREIGN }) {
          await ORDERS.send({ orderId: 1 })
          await ORDERS.sendBatch([{ body: { orderId: 2 } }])
          await FOREIGN.send({ orderId: 3 })
          return new Response('sent')
        },
      },
      collector.options({ queues: ['ORDERS'] }),
    )
    const ctx = createExecutionContext()
    await handler.fetch?.(new Request('http://x/') as never, fakes, ctx)
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, {
      name: 'GET',
      children: [
        { name: 'send orders', kind: 'PRODUCER' },
        { name: 'send orders', kind: 'PRODUCER', attributes: { 'messaging.batch.message_count': 1 } },
        { name: 'send foreign', kind: 'PRODUCER' },
      ],
    })
    const spans = await collector.spans()
    const { traceId = '', spanId = '' } = spans.find(({ name }) => name === 'send orders') ?? {}
    expect(sent[0]).toEqual({
      throughline: 1,
      traceparent: `00-${traceId}-${spanId}-03`,
      body: { orderId: 1 },
    })
    expect(sent[1]).toMatchObject({ body: { throughline: 1, body: { orderId: 2 } } })
    expect(sent[2]).toEqual({ orderId: 3 })
  })

  test('each message is consumed in the trace of its producer, with its body without the envelope', async () => {
    const collector = new TestCollector()
    const bodies: unknown[] = []
    const handler = instrument<TestEnv>(
      {
        queue: (batch, { CART }) =>
          processMessages(batch, async (message) => {
            bodies.push(message.body)
            await CART.get('status')
            message.ack()
          }),
      },
      collector.options(),
    )
    const batch = createMessageBatch<unknown>('orders', [
      {
        id: '1',
        timestamp: new Date(),
        attempts: 1,
        body: { throughline: 1, traceparent: PRODUCER, body: { orderId: 1 } },
      },
      {
        id: '2',
        timestamp: new Date(),
        attempts: 1,
        body: { throughline: 1, traceparent: OTHER_PRODUCER, body: { orderId: 2 } },
      },
      { id: '3', timestamp: new Date(), attempts: 1, body: 'plain' },
    ])
    const ctx = createExecutionContext()
    await handler.queue?.(batch, env, ctx)
    expect((await getQueueResult(batch, ctx)).explicitAcks.sort()).toEqual(['1', '2', '3'])
    expect(bodies).toEqual([{ orderId: 1 }, { orderId: 2 }, 'plain'])
    await waitOnExecutionContext(ctx)
    const spans = await collector.waitForSpans(6)
    for (const [id, producer] of [
      ['1', PRODUCER],
      ['2', OTHER_PRODUCER],
    ]) {
      const [, traceId, spanId] = producer?.split('-') ?? []
      const span = spans.find(({ values }) => values['messaging.message.id'] === id)
      expect(span).toMatchObject({ name: 'process orders', kind: 5, traceId, parentSpanId: spanId })
      expect(span?.links).toMatchObject([{ traceId, spanId }])
      expect(
        spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId).map(({ name }) => name),
      ).toEqual(['get CART'])
    }
  })

  test('a handler that throws fails its batch, and its spans have the status ERROR', async () => {
    const collector = new TestCollector()
    const handler = instrument<TestEnv>(
      {
        queue() {
          throw new Error('later')
        },
      },
      collector.options(),
    )
    const batch = createMessageBatch('orders', [{ id: '1', timestamp: new Date(), attempts: 1, body: 'x' }])
    const ctx = createExecutionContext()
    await expect(handler.queue?.(batch, env, ctx)).rejects.toThrow('later')
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, { name: 'process orders', kind: 'CONSUMER', status: 'ERROR' })
  })
})

test('an unsampled message that fails is exported with its subtree', async () => {
  const collector = new TestCollector()
  const handler = instrument<TestEnv>(
    {
      queue: (batch, { CART }) =>
        processMessages(batch, async (message) => {
          await CART.get('status')
          if (message.id === '1') throw new RangeError('no such order')
        }),
    },
    collector.options({ sampler: { name: 'always_off' }, keep: { errors: true } }),
  )
  const send = async (...ids: string[]) => {
    const messages = ids.map((id) => ({ id, timestamp: new Date(), attempts: 1, body: id }))
    const ctx = createExecutionContext()
    await handler.queue?.(createMessageBatch('orders', messages), env, ctx)?.catch(() => {})
    await waitOnExecutionContext(ctx)
  }
  await send('2')
  await send('1')
  await expectTrace(collector, {
    name: 'process orders',
    status: 'ERROR',
    attributes: { 'throughline.kept': 'error', 'messaging.message.id': '1' },
    children: [{ name: 'get CART', attributes: { 'throughline.kept': 'error' } }],
  })
  expect(JSON.stringify(await collector.spans())).not.toContain('"2"')
})

test('an app called within another invocation is a child span, and bindings are traced once', async () => {
  const collector = new TestCollector()
  const app = new Hono<{ Bindings: TestEnv }>()
  app.use(tracing(collector.options({ trust: 'internal' })))
  app.get('/stock', async (c) => c.text(String(await c.env.CART.get('stock'))))
  const handler = instrument<TestEnv>(
    { scheduled: async (_, tracedEnv) => void (await app.request('/stock', {}, tracedEnv)) },
    collector.options(),
  )
  const ctx = createExecutionContext()
  await handler.scheduled?.(createScheduledController({ cron: '0 * * * *' }), env, ctx)
  await waitOnExecutionContext(ctx)
  await expectTrace(collector, {
    name: 'scheduled 0 * * * *',
    children: [{ name: 'GET /stock', children: [{ name: 'get CART' }] }],
  })
  const spans = await collector.spans()
  expect(spans.filter(({ name }) => name === 'get CART')).toHaveLength(1)
})

test('a cron run is a span', async () => {
  const collector = new TestCollector()
  const handler = instrument<TestEnv>(
    { scheduled: async (_, { CART }) => void (await CART.get('x')) },
    collector.options(),
  )
  const ctx = createExecutionContext()
  await handler.scheduled?.(createScheduledController({ cron: '*/5 * * * *' }), env, ctx)
  await waitOnExecutionContext(ctx)
  await expectTrace(collector, {
    name: 'scheduled */5 * * * *',
    attributes: { 'faas.trigger': 'timer' },
    children: [{ name: 'get CART' }],
  })
})

test('an email and a tail event are spans without names or addresses of people', async () => {
  const collector = new TestCollector()
  const handler = instrument<TestEnv>(
    {
      email: async (_, { CART }) => void (await CART.get('x')),
      tail: async (_, { CART }) => void (await CART.get('x')),
    },
    collector.options(),
  )
  const ctx = createExecutionContext()
  const mail = { from: 'anna@example.com', to: 'ben@example.com' }
  await handler.email?.(mail as ForwardableEmailMessage, env, ctx)
  await handler.tail?.([], env, ctx)
  await waitOnExecutionContext(ctx)
  await expectTrace(collector, { name: 'email', children: [{ name: 'get CART' }] })
  await expectTrace(collector, { name: 'tail', children: [{ name: 'get CART' }] })
  const spans = await collector.spans()
  expect(JSON.stringify(spans)).not.toContain('@')
})
