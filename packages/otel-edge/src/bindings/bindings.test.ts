import {
  createExecutionContext,
  introspectWorkflowInstance,
  runDurableObjectAlarm,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as untypedEnv } from 'cloudflare:workers'
import { type ExpectedSpan, expectTrace } from '@throughline/otel-testing'
import { describe, expect, test, vi } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import type { TestEnv } from '../../test/worker.ts'
import { type EdgeOptions, instrument } from '../index.ts'

const env = untypedEnv as unknown as TestEnv

/** Runs code in a traced request and returns its result. */
async function inRequest<Result>(
  options: EdgeOptions,
  use: (env: TestEnv) => Result | Promise<Result>,
  more: object = {},
): Promise<Result> {
  let result: Result | undefined
  const handler = instrument<TestEnv>(
    {
      async fetch(_, tracedEnv) {
        result = await use(tracedEnv)
        return new Response('done')
      },
    },
    options,
  )
  const ctx = createExecutionContext()
  await handler.fetch?.(new Request('http://x/') as never, { ...env, ...more } as TestEnv, ctx)
  await waitOnExecutionContext(ctx)
  return result as Result
}

/** Bindings that the local runtime does not provide, with their documented interfaces. */
class Ai {
  async run(model: string, input: object) {
    return { model, input }
  }
  async toMarkdown() {}
}
class VectorizeIndexImpl {
  async query() {}
  async queryById() {}
  async insert() {}
  async upsert() {}
  async getByIds() {}
  async deleteByIds() {}
  async describe() {}
}

describe('spans of bindings', () => {
  const db = (name: string, system: string): ExpectedSpan => ({
    name,
    attributes: { 'db.system.name': `cloudflare-${system}`, 'db.operation.name': name.split(' ')[0] },
  })
  const table: [string, (env: TestEnv) => unknown, ExpectedSpan, object?][] = [
    ['KV put', (e) => e.CART.put('a', '1'), db('put CART', 'kv')],
    ['KV get', (e) => e.CART.get('a'), db('get CART', 'kv')],
    ['KV getWithMetadata', (e) => e.CART.getWithMetadata('a'), db('getWithMetadata CART', 'kv')],
    ['KV list', (e) => e.CART.list(), db('list CART', 'kv')],
    ['KV delete', (e) => e.CART.delete('a'), db('delete CART', 'kv')],
    ['R2 put', (e) => e.FILES.put('a', 'x'), db('put FILES', 'r2')],
    ['R2 head', (e) => e.FILES.head('a'), db('head FILES', 'r2')],
    ['R2 get', (e) => e.FILES.get('a'), db('get FILES', 'r2')],
    ['R2 list', (e) => e.FILES.list(), db('list FILES', 'r2')],
    ['R2 delete', (e) => e.FILES.delete('a'), db('delete FILES', 'r2')],
    ['D1 first', (e) => e.DB.withSession().prepare('SELECT 1').first(), db('SELECT', 'd1')],
    ['D1 run', (e) => e.DB.prepare('SELECT ?').bind('a').run(), db('SELECT', 'd1')],
    ['D1 raw', (e) => e.DB.prepare('SELECT 1').raw(), db('SELECT', 'd1')],
    ['D1 exec', (e) => e.DB.exec('SELECT 1'), db('SELECT', 'd1')],
    ['D1 batch', (e) => e.DB.batch([e.DB.prepare('SELECT 1')]), db('BATCH DB', 'd1')],
    ['Cache', () => caches.default.match('http://x/none'), db('match cache', 'cache')],
    ['Cache put', () => caches.default.put('http://x/a', new Response('a')), db('put cache', 'cache')],
    [
      'an opened Cache',
      async () => (await caches.open('own')).delete('http://x/none'),
      db('delete cache', 'cache'),
    ],
    ['Analytics Engine', (e) => e.EVENTS.writeDataPoint({ blobs: ['a'] }), { name: 'writeDataPoint EVENTS' }],
    ['Rate Limiting', (e) => e.LOGIN.limit({ key: 'a' }), { name: 'limit LOGIN' }],
    [
      'Workers AI (its documented interface)',
      (e) => (e as unknown as { AI: Ai }).AI.run('@cf/meta/llama', { prompt: 'secret' }),
      { name: 'run @cf/meta/llama', attributes: { 'gen_ai.request.model': '@cf/meta/llama' } },
      { AI: new Ai() },
    ],
    ...(['query', 'insert', 'upsert', 'queryById', 'getByIds', 'deleteByIds', 'describe'] as const).map(
      (method): (typeof table)[number] => [
        `Vectorize ${method} (its documented interface)`,
        (e) => (e as unknown as { V: VectorizeIndexImpl }).V[method](),
        db(`${method} V`, 'vectorize'),
        { V: new VectorizeIndexImpl() },
      ],
    ),
  ]

  test.each(table)('calls of %s are client spans', async (_, use, span, more) => {
    const collector = new TestCollector()
    await inRequest(collector.options(), use, more)
    await expectTrace(collector, { name: 'GET', children: [{ kind: 'CLIENT', status: 'UNSET', ...span }] })
  })

  test('each call of an R2 multipart upload is a client span', async () => {
    const collector = new TestCollector()
    await inRequest(collector.options(), async ({ FILES }) => {
      const upload = await FILES.createMultipartUpload('parts')
      await upload.complete([await upload.uploadPart(1, 'part')])
    })
    const calls = ['createMultipartUpload', 'uploadPart', 'complete']
    const children = calls.map(
      (call) => ({ kind: 'CLIENT', status: 'UNSET', ...db(`${call} FILES`, 'r2') }) as const,
    )
    await expectTrace(collector, { name: 'GET', children }, { isOrdered: true })
  })

  test('a socket of Hyperdrive is a span until it is open', async () => {
    const collector = new TestCollector()
    // There is no database in this test, so the connection may fail. The span has the same outcome as the caller.
    const opened = await inRequest(collector.options(), async (e) => {
      const socket = e.POSTGRES.connect()
      return await socket.opened.then(
        () => 'open',
        () => 'refused',
      )
    })
    await expectTrace(collector, {
      name: 'GET',
      children: [
        { name: 'connect POSTGRES', kind: 'CLIENT', status: opened === 'refused' ? 'ERROR' : 'UNSET' },
      ],
    })
  })

  test('the error of a call is recorded on its span and thrown unchanged', async () => {
    const collector = new TestCollector()
    const error = await inRequest(collector.options(), (e) =>
      e.DB.prepare('SELECT * FROM missing')
        .all()
        .catch((reason: Error) => reason.message),
    )
    expect(error).toMatch(/no such table/)
    await expectTrace(collector, { name: 'GET', children: [{ name: 'SELECT missing', status: 'ERROR' }] })
  })

  test('a traced binding has the type, class and methods of the original', async () => {
    const collector = new TestCollector()
    const seen = await inRequest(collector.options(), async (e) => ({
      instance: e.CART.constructor === env.CART.constructor,
      tag: Object.prototype.toString.call(e.FILES),
      gets: new Set([e.CART.get, e.CART.get]).size,
      keys: Object.keys(e).length,
      text: typeof e.COLLECTOR_URL,
    }))
    expect(seen).toEqual({
      instance: true,
      tag: Object.prototype.toString.call(env.FILES),
      gets: 1,
      keys: Object.keys(env).length,
      text: 'string',
    })
  })
})

test('messages go through a real queue, and are consumed in their producer’s trace', async () => {
  const shared = new TestCollector('shared')
  const options = { serviceName: 'caller', queues: ['ORDERS'], exporter: { batchDelayMillis: 5 } }
  await inRequest(options, async ({ ORDERS }) => {
    await ORDERS.send({ orderId: 1 })
    await ORDERS.sendBatch([{ body: { orderId: 2 } }, { body: { orderId: 3 } }])
  })
  const consumer = {
    service: 'fulfilment',
    name: 'process orders',
    kind: 'CONSUMER',
    children: [{ name: 'put CART' }],
  } as const
  await expectTrace(shared, {
    service: 'caller',
    name: 'GET',
    children: [
      {
        name: 'send orders',
        kind: 'PRODUCER',
        attributes: { 'messaging.batch.message_count': undefined },
        children: [consumer],
      },
      {
        name: 'send orders',
        kind: 'PRODUCER',
        attributes: { 'messaging.batch.message_count': 2 },
        children: [consumer, consumer],
      },
    ],
  })
  expect(await Promise.all([1, 2, 3].map((id) => env.CART.get(`order-${id}`)))).toEqual(
    Array(3).fill('fulfilled'),
  )
})

test('a text message is sent unchanged, without the context', async () => {
  const shared = new TestCollector('shared')
  const options = { serviceName: 'caller', queues: ['FOREIGN'], exporter: { batchDelayMillis: 5 } }
  await inRequest(options, async ({ FOREIGN }) => {
    await FOREIGN.send('plain', { contentType: 'text' })
    await FOREIGN.sendBatch([
      { body: 'plain', contentType: 'text' },
      { body: new Uint8Array([1]), contentType: 'bytes' },
      { body: { any: 'thing' }, contentType: 'v8' },
      { body: { any: 'thing' } },
    ])
  })
  await expectTrace(shared, { name: 'send foreign', attributes: { 'messaging.batch.message_count': 4 } })
})

test('methods of Object.prototype are not RPC calls', async () => {
  const options = { serviceName: 'caller', exporter: { batchDelayMillis: 5 } } as const
  const texts = await inRequest(options, async (e) => [String(e.INVENTORY), Object.hasOwn(e.INVENTORY, 'x')])
  expect(texts).toEqual([String(env.INVENTORY), false])
})

describe('Durable Objects', () => {
  const shared = new TestCollector('shared')
  const options = {
    serviceName: 'caller',
    propagateBindings: ['COUNTER', 'REFUND'],
    exporter: { batchDelayMillis: 5 },
  } as const

  test('storage and SQL are spans below the call, without their values', async () => {
    const value = await inRequest(options, (e) => e.COUNTER.getByName('storage').remember('hidden'))
    expect(value).toBe('hidden')
    await expectTrace(shared, {
      name: 'COUNTER.remember',
      children: [
        {
          service: 'counter',
          name: 'remember',
          children: [
            { name: 'put CounterObject' },
            { name: 'CREATE notes', attributes: { 'db.system.name': 'cloudflare-durable-object' } },
            { name: 'setAlarm CounterObject' },
            { name: 'get CounterObject' },
          ],
        },
      ],
    })
    const spans = await shared.spans()
    expect(JSON.stringify(spans)).not.toMatch(/hidden|secret/)
  })

  test('stubs within values are received as stubs of the runtime, in both directions', async () => {
    const count = await inRequest(options, async (e) => {
      const other = e.COUNTER.getByName('other')
      const back = await e.COUNTER.getByName('first').pass({ other })
      await back.other.add(1)
      return await other.add(1)
    })
    expect(count).toBe(2)
  })

  test('calls within the constructor of an object are not spans', async () => {
    expect(await inRequest(options, (e) => e.COUNTER.getByName('made').parsed())).toBe('string')
    await expectTrace(shared, {
      name: 'COUNTER.parsed',
      children: [{ service: 'counter', name: 'parsed' }],
    })
    const spans = await shared.spans()
    expect(spans.filter(({ service, name }) => service === 'counter' && name === 'parse')).toEqual([])
  })

  test('an alarm is a trace of its own', async () => {
    const stub = env.COUNTER.getByName('alarm')
    await stub.remember('x')
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await expectTrace(shared, {
      service: 'counter',
      name: 'alarm',
      attributes: { 'faas.trigger': 'timer' },
      children: [{ name: 'put CART' }],
    })
  })

  test('messages of a hibernating WebSocket are spans, and the response of its upgrade is unchanged', async () => {
    const stub = env.COUNTER.getByName('socket')
    const response = await stub.fetch('http://object/', { headers: { upgrade: 'websocket' } })
    expect(response.status).toBe(101)
    const socket = response.webSocket
    socket?.accept()
    const answer = new Promise((resolve) => socket?.addEventListener('message', ({ data }) => resolve(data)))
    socket?.send('hello')
    expect(await answer).toBe('got hello')
    socket?.close()
    await expectTrace(shared, {
      service: 'counter',
      name: 'GET',
      attributes: { 'http.response.status_code': 101 },
    })
    await expectTrace(shared, {
      service: 'counter',
      name: 'webSocketMessage',
      children: [{ name: 'put CART' }],
    })
  })

  test('a Workflow continues the trace of its creator, each step a span', async () => {
    await using instance = await introspectWorkflowInstance(env.REFUND, 'order-1')
    await inRequest(
      options,
      async (e) => void (await e.REFUND.create({ id: 'order-1', params: { orderId: '7' } })),
    )
    await instance.waitForStatus('complete')
    await expectTrace(shared, {
      name: 'create REFUND',
      children: [
        {
          service: 'refunds',
          name: 'run RefundWorkflow',
          children: [
            { name: 'load order', kind: 'INTERNAL', children: [{ name: 'get CART' }] },
            { name: 'pay back', kind: 'INTERNAL' },
          ],
        },
      ],
    })
  })

  test('a Workflow that sleeps is one span before the sleep and one after it', async () => {
    await using instance = await introspectWorkflowInstance(env.REFUND, 'order-slow')
    await inRequest(
      options,
      async (e) => void (await e.REFUND.create({ id: 'order-slow', params: { orderId: 'slow' } })),
    )
    const run = { service: 'refunds', name: 'run RefundWorkflow' }
    const first = { ...run, children: [{ name: 'load order', children: [{ name: 'get CART' }] }] }
    // The first segment is exported before the sleep, since the instance might never resume.
    await expectTrace(shared, { name: 'create REFUND', children: [first] })
    await instance.modify(async (modifier) => modifier.disableSleeps())
    await (await env.REFUND.get('order-slow')).restart()
    await instance.waitForStatus('complete')
    await vi.waitFor(
      async () => {
        const spans = await shared.spans()
        const runs = spans.filter(({ values }) => values['workflow.instance.id'] === 'order-slow')
        const paid = spans.find(
          ({ name, parentSpanId }) =>
            name === 'pay back' && runs.some(({ spanId }) => spanId === parentSpanId),
        )
        expect(paid?.parentSpanId).toBe(runs.at(-1)?.spanId)
      },
      { timeout: 60_000 },
    )
  })

  test('concurrent steps of a Workflow have the right parents', async () => {
    await using instance = await introspectWorkflowInstance(env.REFUND, 'order-parallel')
    await inRequest(
      options,
      async (e) => void (await e.REFUND.create({ id: 'order-parallel', params: { orderId: 'parallel' } })),
    )
    await instance.waitForStatus('complete')
    const steps = ['load order', 'at once', 'after a while', 'after longer', 'pay back']
    await vi.waitFor(
      async () => {
        const spans = await shared.spans()
        const runs = spans.filter(({ values }) => values['workflow.instance.id'] === 'order-parallel')
        const known = new Set(runs.map(({ spanId }) => spanId))
        const below = spans.filter(({ parentSpanId }) => known.has(parentSpanId ?? ''))
        expect(below.map(({ name }) => name).toSorted()).toEqual(steps.toSorted())
        // Each segment contains a step.
        for (const { spanId } of runs) expect(below.some((step) => step.parentSpanId === spanId)).toBe(true)
      },
      { timeout: 60_000 },
    )
  })

  test('the span of a method that returns the promise of another method ends with that promise', async () => {
    await inRequest(options, async (e) => {
      expect(await e.INVENTORY.pass('passed')).toBe(0)
    })
    await vi.waitFor(
      async () => {
        const span = (await shared.spans()).find(
          ({ name, service }) => name === 'pass' && service === 'inventory',
        )
        expect(span?.durationMillis).toBeGreaterThan(50)
      },
      { timeout: 60_000 },
    )
  })

  test('a call within a class outside of an invocation returns its own result', async () => {
    await inRequest(options, async (e) => {
      const session = await e.COUNTER.getByName('sessions').session()
      expect(await session.next()).toBe('2')
    })
  })

  test('the branches of a received body keep its length, which R2 requires', async () => {
    const collector = new TestCollector()
    await inRequest(collector.options(), async (e) => {
      const response = await fetch(`${collector.url}/echo`)
      const [kept, read] = (response.body as ReadableStream).tee()
      await e.FILES.put('branch', kept)
      const text = await new Response(read).text()
      expect(text).toContain('":method":"GET"')
      expect(await (await e.FILES.get('branch'))?.text()).toBe(text)
    })
    await expectTrace(collector, {
      name: 'GET',
      children: [{ name: 'GET' }, { name: 'put FILES' }, { name: 'get FILES' }],
    })
  })

  test('instances created together, and one without parameters, continue their creator’s trace', async () => {
    await using first = await introspectWorkflowInstance(env.REFUND, 'together-1')
    await using second = await introspectWorkflowInstance(env.REFUND, 'together-2')
    await inRequest(options, async (e) => {
      await e.REFUND.createBatch([{ id: 'together-1', params: { orderId: '7' } }, { id: 'together-2' }])
    })
    await first.waitForStatus('complete')
    await second.waitForStatus('complete')
    const run = { service: 'refunds', name: 'run RefundWorkflow' }
    await expectTrace(shared, {
      name: 'createBatch REFUND',
      children: [
        { ...run, attributes: { 'workflow.instance.id': 'together-1' } },
        { ...run, attributes: { 'workflow.instance.id': 'together-2' } },
      ],
    })
  })

  test('an instance that was created outside of any trace is one trace for all of its runs', async () => {
    await using introspected = await introspectWorkflowInstance(env.REFUND, 'order-2')
    const instance = await env.REFUND.create({ id: 'order-2', params: { orderId: '8' } })
    await introspected.waitForStatus('complete')
    const runs = async () =>
      (await shared.spans()).filter(
        ({ name, values }) => name === 'run RefundWorkflow' && values['workflow.instance.id'] === instance.id,
      )
    await vi.waitFor(async () => expect(await runs()).toHaveLength(1), { timeout: 60_000 })
    await instance.restart()
    await vi.waitFor(async () => expect(await runs()).toHaveLength(2), { timeout: 60_000 })
    const [first, second] = await runs()
    expect(first?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(second?.traceId).toBe(first?.traceId)
    expect(second?.spanId).not.toBe(first?.spanId)
  })
})
