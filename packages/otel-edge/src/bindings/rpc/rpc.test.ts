import { createExecutionContext, env, waitOnExecutionContext } from 'cloudflare:test'
import { RpcTarget } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import type { TestEnv } from '../../../test/worker.ts'
import { instrument } from '../../index.ts'

/** An untyped stub, of which any property can be read and called. */
type Remote = ((...args: unknown[]) => Remote) & { [key: string]: Remote } & PromiseLike<unknown> & Disposable

type Call = (remote: { shapes: Remote; counter: Remote; orders: Remote }) => unknown

class Local extends RpcTarget {
  count(...args: readonly unknown[]): number {
    return args.length
  }
}

const asRemote = (value: unknown) => value as Remote

async function outcomeOf(call: Call, { SHAPES, COUNTER, ORDERS }: TestEnv): Promise<unknown> {
  const remote = {
    shapes: asRemote(SHAPES),
    counter: asRemote(COUNTER.getByName('rpc')),
    orders: asRemote(ORDERS),
  }
  try {
    return { value: String(await call(remote)) }
  } catch (error) {
    const { name, message, stack = '' } = error as Error
    return { name, message, hasCallerFrame: /outcomeOf/.test(stack) }
  }
}

/** The outcomes of the same call with the original environment and with the traced one. */
async function bothOutcomes(call: Call): Promise<{ bare: unknown; traced: unknown }> {
  const collector = new TestCollector()
  const options = collector.options({ rpc: ['SHAPES', 'COUNTER'], queues: ['ORDERS'] })
  const bare = await outcomeOf(call, env as unknown as TestEnv)
  let traced: unknown
  const worker = instrument<TestEnv>(
    {
      async fetch(_, tracedEnv) {
        traced = await outcomeOf(call, tracedEnv)
        return new Response()
      },
    },
    options,
  )
  const ctx = createExecutionContext()
  const request = new Request('http://x/') as Parameters<NonNullable<typeof worker.fetch>>[0]
  await worker.fetch?.(request, env as unknown as TestEnv, ctx)
  await waitOnExecutionContext(ctx)
  return { bare, traced }
}

const CALLS: [string, Call][] = [
  ['a method', ({ shapes }) => shapes.count?.(1, 2, 3)],
  ['a method without arguments', ({ shapes }) => shapes.count?.()],
  ['a method whose last argument is undefined', ({ shapes }) => shapes.count?.(1, undefined)],
  ['a method of a class that extends the traced one', ({ shapes }) => shapes.countMore?.(1, 2)],
  ['a method that calls that of the traced class', ({ shapes }) => shapes.makePlain?.().count?.(1, 2)],
  ['a method of a Durable Object', ({ counter }) => counter.add?.(2).then(() => counter.parsed?.())],
  ['a method of a target that a getter returns', ({ shapes }) => shapes.target?.count?.(1, 2, 3)],
  ['a method of a target inside of that', ({ shapes }) => shapes.target?.inner?.inner?.count?.(1)],
  ['a function of a plain object', ({ shapes }) => shapes.plain?.count?.(1, 2)],
  ['a function deep in a plain object', ({ shapes }) => shapes.plain?.deep?.count?.(1, 2)],
  ['a function that a getter returns', ({ shapes }) => shapes.fn?.(1, 2)],
  ['a function that a getter returns, awaited first', async ({ shapes }) => asRemote(await shapes.fn)(1, 2)],
  ['a stub that a getter returns', ({ shapes }) => shapes.stub?.parsed?.()],
  ['a target, awaited first', async ({ shapes }) => asRemote(await shapes.makeTarget?.()).count?.(1, 2)],
  ['a target by pipelining', ({ shapes }) => shapes.makeTarget?.().count?.(1, 2)],
  ['a property of a target by pipelining', ({ shapes }) => shapes.makeTarget?.().inner?.count?.(1, 2)],
  ['a function by pipelining', ({ shapes }) => shapes.makeFunction?.()(1, 2)],
  [
    'a session of a Durable Object by pipelining',
    ({ counter }) =>
      counter
        .session?.()
        .next?.()
        .then(() => 1),
  ],
  [
    'two calls on one promise',
    async ({ shapes }) => {
      const target = shapes.makeTarget?.()
      return [await target?.count?.(1), await target?.count?.(1, 2)]
    },
  ],
  ['a callback', ({ shapes }) => shapes.callBack?.((...args: number[]) => args.length)],
  ['a target of the caller', ({ shapes }) => shapes.useTarget?.(new Local())],
  ['a promise as an argument', async ({ shapes }) => shapes.useTarget?.(await shapes.makeTarget?.())],
  [
    'dup()',
    async ({ shapes }) => {
      const target = asRemote(await shapes.makeTarget?.())
      const copy = target.dup?.()
      target[Symbol.dispose]()
      return copy?.count?.(1)
    },
  ],
  [
    'using',
    async ({ shapes }) => {
      using target = shapes.makeTarget?.()
      return await target?.count?.(1, 2)
    },
  ],
  [
    'a function that is disposed',
    async ({ shapes }) => {
      let disposals = 0
      const callback = Object.assign(() => 3, { [Symbol.dispose]: () => disposals++ })
      const value = await shapes.callBack?.(callback)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return [value, disposals]
    },
  ],
  ['then', ({ shapes }) => shapes.count?.(1).then((value) => [value])],
  ['finally', ({ shapes }) => shapes.count?.(1).finally?.(() => 2)],
  ['catch', ({ shapes }) => shapes.fails?.().catch?.((error: unknown) => String(error))],
  ['then without a function', ({ shapes }) => shapes.count?.(1).then(undefined)],
  [
    'an await after something else',
    async ({ shapes }) => {
      const pending = shapes.count?.(1, 2)
      await shapes.count?.()
      return await pending
    },
  ],
  ['an awaited getter', async ({ counter, shapes }) => [typeof counter.add, typeof (await shapes.target)]],
  ['an error', ({ shapes }) => shapes.fails?.()],
  ['an error of a Durable Object’s missing method', ({ counter }) => counter.missing?.()],
  ['a missing method', ({ shapes }) => shapes.missing?.(1)],
  ['a property of a missing property', ({ shapes }) => shapes.missing?.property?.(1)],
  ['an argument that cannot be cloned', ({ shapes }) => shapes.count?.(Symbol('x'))],
  ['send() without a body', ({ orders }) => orders.send?.()],
  ['send(undefined)', ({ orders }) => orders.send?.(undefined)],
  ['send() of a function', ({ orders }) => orders.send?.(() => 1)],
  ['send() of a symbol', ({ orders }) => orders.send?.(Symbol('x'))],
  ['send() of a big integer', ({ orders }) => orders.send?.(1n)],
  ['send() of what is no JSON', ({ orders }) => orders.send?.({ toJSON: () => undefined })],
  ['send() of an unknown content type', ({ orders }) => orders.send?.('x', { contentType: 'x' })],
  ['send() with options that are none', ({ orders }) => orders.send?.('x', 5)],
  ['send() of what cannot be cloned', ({ orders }) => orders.send?.({ f: () => 1 }, { contentType: 'v8' })],
  ['sendBatch() without messages', ({ orders }) => orders.sendBatch?.()],
  ['sendBatch() of a number', ({ orders }) => orders.sendBatch?.(5)],
  ['sendBatch() of a text', ({ orders }) => orders.sendBatch?.('ab')],
  ['sendBatch() of nothing', ({ orders }) => orders.sendBatch?.([])],
  ['sendBatch() of null', ({ orders }) => orders.sendBatch?.([null])],
  ['sendBatch() of a message without a body', ({ orders }) => orders.sendBatch?.([{}])],
  ['sendBatch() of a function', ({ orders }) => orders.sendBatch?.([{ body: () => 1 }])],
]

describe('a traced call has the outcome of the same call without tracing', () => {
  test.each(CALLS)('a traced call has the outcome of the call without tracing: %s', async (_, call) => {
    const { bare, traced } = await bothOutcomes(call)
    expect(traced).toEqual(bare)
  })

  test('a call that is not awaited has the same outcome', async () => {
    const { bare, traced } = await bothOutcomes(async ({ shapes }) => {
      shapes.count?.(1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    })
    expect(traced).toEqual(bare)
  })
})
