import {
  createExecutionContext,
  introspectWorkflowInstance,
  runDurableObjectAlarm,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as untypedEnv } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { type ExpectedSpan, TestCollector } from '../test/collector.ts'
import type { TestEnv } from '../test/worker.ts'
import { type EdgeOptions, instrument } from './index.ts'

const env = untypedEnv as unknown as TestEnv

/** Runs code in a traced request and gives what it returned. */
async function inRequest<Result>(
  options: EdgeOptions,
  use: (env: TestEnv) => Promise<Result>,
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

/** Bindings of the local runtime, and two that it does not have, by their documented interface. */
class Ai {
  async run(model: string, input: object) {
    return { model, input }
  }
  async toMarkdown() {}
}
class VectorizeIndexImpl {
  async query(vector: number[]) {
    return { matches: [], count: vector.length }
  }
  async queryById() {}
  async upsert() {}
  async deleteByIds() {}
}

describe('each binding', () => {
  const table: [string, (env: TestEnv) => Promise<unknown>, ExpectedSpan, object?][] = [
    ['KV', (e) => e.CART.list(), { name: 'list CART', attributes: { 'db.system.name': 'cloudflare-kv' } }],
    [
      'R2',
      (e) => e.FILES.get('none'),
      { name: 'get FILES', attributes: { 'db.system.name': 'cloudflare-r2' } },
    ],
    [
      'D1',
      (e) => e.DB.withSession().prepare('SELECT 1').first(),
      { name: 'SELECT', attributes: { 'db.query.text': 'SELECT ?', 'db.system.name': 'cloudflare-d1' } },
    ],
    [
      'Cache',
      () => caches.default.match('http://x/none'),
      { name: 'match cache', attributes: { 'db.system.name': 'cloudflare-cache' } },
    ],
    [
      'an opened Cache',
      async () => (await caches.open('own')).match('http://x/none'),
      { name: 'match cache' },
    ],
    [
      'Analytics Engine',
      async (e) => e.EVENTS.writeDataPoint({ blobs: ['a'] }),
      { name: 'writeDataPoint EVENTS' },
    ],
    ['Rate Limiting', (e) => e.LOGIN.limit({ key: 'a' }), { name: 'limit LOGIN' }],
    [
      'Workers AI (its documented interface)',
      (e) => (e as unknown as { AI: Ai }).AI.run('@cf/meta/llama', { prompt: 'secret' }),
      { name: 'run @cf/meta/llama', attributes: { 'gen_ai.request.model': '@cf/meta/llama' } },
      { AI: new Ai() },
    ],
    [
      'Vectorize (its documented interface)',
      (e) => (e as unknown as { V: VectorizeIndexImpl }).V.query([1, 2]),
      { name: 'query V', attributes: { 'db.system.name': 'cloudflare-vectorize' } },
      { V: new VectorizeIndexImpl() },
    ],
  ]

  test.each(table)('%s: its calls are client spans', async (_, use, span, more) => {
    const collector = new TestCollector()
    await inRequest(collector.options(), use, more)
    await collector.expectTrace({ name: 'GET', children: [{ kind: 'CLIENT', error: false, ...span }] })
  })

  test('a call that fails is an error on its span, and the same error to its caller', async () => {
    const collector = new TestCollector()
    const error = await inRequest(collector.options(), (e) =>
      e.DB.prepare('SELECT * FROM missing')
        .all()
        .catch((reason: Error) => reason.message),
    )
    expect(error).toMatch(/no such table/)
    await collector.expectTrace({ name: 'GET', children: [{ name: 'SELECT missing', error: true }] })
  })

  test('a traced binding passes for the original', async () => {
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

describe('Durable Objects', () => {
  const shared = new TestCollector('shared')
  const options = {
    serviceName: 'caller',
    rpc: ['COUNTER', 'REFUND'],
    exporter: { windowMillis: 5 },
  } as const

  test('storage and SQL are spans below the call, without their values', async () => {
    const value = await inRequest(options, (e) => e.COUNTER.getByName('storage').remember('hidden'))
    expect(value).toBe('hidden')
    const spans = await shared.expectTrace({
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
    expect(JSON.stringify(spans)).not.toMatch(/hidden|secret/)
  })

  test('an alarm is a trace of its own', async () => {
    const stub = env.COUNTER.getByName('alarm')
    await stub.remember('x')
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    await shared.expectTrace({
      service: 'counter',
      name: 'alarm',
      attributes: { 'faas.trigger': 'timer' },
      children: [{ name: 'put CART' }],
    })
  })

  test('messages of a hibernating WebSocket are spans; its upgrade is answered untouched', async () => {
    const stub = env.COUNTER.getByName('socket')
    const response = await stub.fetch('http://object/', { headers: { upgrade: 'websocket' } })
    expect(response.status).toBe(101)
    const socket = response.webSocket
    socket?.accept()
    const answer = new Promise((resolve) => socket?.addEventListener('message', ({ data }) => resolve(data)))
    socket?.send('hello')
    expect(await answer).toBe('got hello')
    socket?.close()
    await shared.expectTrace({
      service: 'counter',
      name: 'GET',
      attributes: { 'http.response.status_code': 101 },
    })
    await shared.expectTrace({
      service: 'counter',
      name: 'webSocketMessage',
      children: [{ name: 'put CART' }],
    })
  })

  test('a Workflow goes on in the trace of whoever created it, each step a span', async () => {
    await using instance = await introspectWorkflowInstance(env.REFUND, 'order-1')
    await inRequest(
      options,
      async (e) => void (await e.REFUND.create({ id: 'order-1', params: { orderId: '7' } })),
    )
    await instance.waitForStatus('complete')
    await shared.expectTrace({
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
})
