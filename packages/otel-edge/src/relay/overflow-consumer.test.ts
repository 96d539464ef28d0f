import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { overflowConsumer, tracing } from '../index.ts'

const messages = (...bodies: string[]) =>
  createMessageBatch(
    'overflow',
    bodies.map((body, index) => ({ id: String(index), timestamp: new Date(), attempts: 1, body })),
  )

test('spans that cannot be delivered in time are sent to the queue, and from there to the collector', async () => {
  const collector = new TestCollector()
  const sent: string[] = []
  const queue = { send: async (body: string) => void sent.push(body) }
  await collector.answerExports({ status: 503, headers: { 'retry-after': '30' } })
  const app = new Hono()
  app.use(
    tracing(
      collector.options({
        exporter: { url: collector.tracesUrl, batchDelayMillis: 5, overflowQueue: 'OVERFLOW' },
      }),
    ),
  )
  app.get('/order', (c) => c.text('ok'))
  const ctx = createExecutionContext()
  await app.fetch(new Request('http://x/order'), { OVERFLOW: queue }, ctx)
  await waitOnExecutionContext(ctx)
  expect(sent).toHaveLength(1)

  const consume = overflowConsumer({ url: collector.tracesUrl })
  // After one 503, the consumer does not post the other messages of the batch.
  await collector.answerExports({ status: 503, headers: { 'retry-after': '30' }, times: 1 })
  const early = messages(sent[0] ?? '', sent[0] ?? '')
  await consume(early, {})
  expect((await getQueueResult(early, createExecutionContext())).retryMessages).toMatchObject([
    { msgId: '0' },
    { msgId: '1' },
  ])

  const batch = messages(sent[0] ?? '', 'no JSON', '{"resourceSpans":[null]}', '{"resourceSpans":[{}]}')
  await consume(batch, {})
  expect((await getQueueResult(batch, createExecutionContext())).explicitAcks.sort()).toEqual([
    '0',
    '1',
    '2',
    '3',
  ])
  expect((await collector.spans()).map(({ name }) => name)).toEqual(['GET /order'])
})
