import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { TestCollector } from '../test/collector.ts'
import { instrument, logger, traceConsole } from './index.ts'

test('lines written in a request carry its ids, others none', async () => {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>)
  vi.spyOn(console, 'warn').mockImplementation(write)
  const collector = new TestCollector()
  const handler = instrument(
    {
      fetch() {
        logger.warn('low stock', { productId: 'umbrella', error: new Error('none left') })
        return new Response('ok')
      },
    },
    collector.options(),
  )
  const ctx = createExecutionContext()
  await handler.fetch?.(new Request('http://x/') as never, {}, ctx)
  await waitOnExecutionContext(ctx)
  logger.warn('outside')
  const [span] = await collector.waitForSpans(1)
  expect(lines[0]).toMatchObject({
    level: 'warn',
    message: 'low stock',
    productId: 'umbrella',
    trace_id: span?.traceId,
    span_id: span?.spanId,
    error: expect.stringContaining('none left'),
  })
  expect(lines[1]).toEqual({ level: 'warn', message: 'outside' })
})

test('lines go to the collector as log records of their span when asked to, the console’s too', async () => {
  const collector = new TestCollector()
  const seen: unknown[][] = []
  vi.spyOn(console, 'log').mockImplementation((...args) => void seen.push(args))
  vi.spyOn(console, 'error').mockImplementation(() => {})
  traceConsole()
  const handler = instrument(
    {
      fetch() {
        logger.error('payment refused', { amount: 7, card: '4242 4242 4242 4242' })
        console.log('plain', { a: 1 })
        return new Response('ok')
      },
    },
    collector.options({ logs: { otlp: true } }),
  )
  const ctx = createExecutionContext()
  await handler.fetch?.(new Request('http://x/') as never, {}, ctx)
  await waitOnExecutionContext(ctx)
  const posts = await collector.posts()
  const logs = posts.map(({ body }) => JSON.parse(atob(body))).find(({ resourceLogs }) => resourceLogs)
  const records = logs.resourceLogs[0].scopeLogs[0].logRecords
  const span = (await collector.spans())[0]
  expect(records).toMatchObject([
    {
      severityText: 'ERROR',
      body: { stringValue: 'payment refused' },
      traceId: span?.traceId,
      spanId: span?.spanId,
    },
    { severityText: 'INFO', body: { stringValue: 'plain {"a":1}' }, traceId: span?.traceId },
  ])
  expect(JSON.stringify(records)).not.toContain('4242')
  expect(seen[0]).toEqual(['plain', { a: 1 }, { trace_id: span?.traceId, span_id: span?.spanId }])
})
