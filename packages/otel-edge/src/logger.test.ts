import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import { TestCollector } from '../test/collector.ts'
import { instrument, logger } from './index.ts'

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
