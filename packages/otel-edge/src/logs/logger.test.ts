import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { textOf } from '@throughline/otel-testing'
import { expect, test, vi } from 'vitest'
import { knownSecrets } from '../../../otel-shared/test/known-secrets.ts'
import { TestCollector } from '../../test/collector.ts'
import { type EdgeOptions, instrument, logger, traceConsole } from '../index.ts'

/** Runs `log` in a traced request, and returns the log records that the collector received. */
async function recordsOf(log: () => void, options: EdgeOptions = { logs: { otlp: true } }) {
  const collector = new TestCollector()
  const handler = instrument(
    {
      fetch() {
        log()
        return new Response('ok')
      },
    },
    collector.options(options),
  )
  const ctx = createExecutionContext()
  await handler.fetch?.(new Request('http://x/') as never, {}, ctx)
  await waitOnExecutionContext(ctx)
  const posts = (await collector.exports()).map((post) => JSON.parse(textOf(post)))
  const logs = posts.find(({ resourceLogs }) => resourceLogs)
  return logs.resourceLogs[0].scopeLogs[0].logRecords as { attributes: unknown[]; body: unknown }[]
}

test('only lines that are written in a request have trace ids', async () => {
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

test('secrets in messages and fields are not sent to the collector', async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {})
  const samples = knownSecrets().texts.filter((_, index) => index % 10 === 0)
  const records = await recordsOf(() => {
    for (const [, text] of samples)
      logger.info(text, { text, deep: { list: [text] }, error: new Error(text) })
  })
  expect(records).toHaveLength(samples.length)
  expect(samples.filter(([, , secret]) => JSON.stringify(records).includes(secret))).toEqual([])
})

test('the value of a field with a secret name is not sent to the collector', async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {})
  const [record] = await recordsOf(() =>
    logger.info('x', {
      password: 'hunter2',
      box: { api_key: ['hunter2'], deep: { secret: 12345 } },
      token: 12345,
      hasPassword: true,
      'http.request.header.cookie': ['hunter2'],
      url: new URL('https://x.y/?q=hunter2'),
      left: 2,
    }),
  )
  expect(JSON.stringify(record)).not.toMatch(/hunter2|12345/)
  expect(record?.attributes).toEqual(
    expect.arrayContaining([
      { key: 'password', value: { stringValue: 'REDACTED' } },
      { key: 'hasPassword', value: { boolValue: true } },
      { key: 'left', value: { intValue: '2' } },
    ]),
  )
})

test('fields that JSON cannot express become texts', async () => {
  const lines: Record<string, unknown>[] = []
  vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
  const circular: Record<string, unknown> = { shared: [1] }
  circular.self = circular
  circular.again = circular.shared
  const records = await recordsOf(() => {
    logger.info('odd', { big: 10n, list: [10n], circular, left: 2 })
    logger.info('broken', {
      nested: {
        get value() {
          throw new Error('a bug')
        },
      },
    })
    logger.info('getter', {
      get value() {
        throw new Error('a bug')
      },
    })
  })
  expect(lines[0]).toMatchObject({
    big: '10',
    list: ['10'],
    circular: { shared: [1], self: '[circular]', again: [1] },
    left: 2,
  })
  expect(lines[1]).toMatchObject({ message: 'broken', fields: '[unreadable]' })
  expect(records.map(({ body }) => body)).toEqual(
    ['odd', 'broken', 'getter'].map((stringValue) => ({ stringValue })),
  )
  expect(JSON.stringify(records[0])).toContain('[circular]')
})

test('with `logs: { otlp: true }` lines of the logger and of the console are exported as log records of their span', async () => {
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
  const posts = await collector.exports()
  const logs = posts.map((post) => JSON.parse(textOf(post))).find(({ resourceLogs }) => resourceLogs)
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
  expect(JSON.stringify(records)).not.toContain('4242 4242')
  expect(seen[0]).toEqual(['plain', { a: 1 }, { trace_id: span?.traceId, span_id: span?.spanId }])
})
