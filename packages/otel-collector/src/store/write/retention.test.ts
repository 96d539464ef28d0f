import { DatabaseSync } from 'node:sqlite'
import { generateSpanId } from '@throughline/otel-shared'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { countStoredSpans, getJson, startTestCollector, temporaryDatabase } from '../../../test/collector.ts'
import { attribute, makeRequest, makeSpan, postProtobuf, send } from '../../../test/otlp.ts'

const HOUR_MILLIS = 3_600_000

afterEach(() => void vi.useRealTimers())

test('spans beyond the limit displace whole traces, the first to arrive first', async () => {
  const collector = await startTestCollector({ maxSpans: 5 })
  const traces = [1, 2, 3].map((digit) => {
    const root = makeSpan({ traceId: String(digit).repeat(32) })
    return [root, makeSpan({ traceId: root.traceId, parentSpanId: root.spanId })]
  })
  for (const trace of traces) await send(collector.otlpUrl, 'shop', ...trace)
  const statuses = []
  for (const digit of [1, 2, 3]) {
    statuses.push((await getJson(collector, `/api/v3/traces/${String(digit).repeat(32)}`)).status)
  }
  expect(statuses).toEqual([404, 200, 200])
  expect(await countStoredSpans(collector)).toBe(4)
})

test('an expired trace is deleted together with service names that no other trace has', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath, maxAgeMillis: HOUR_MILLIS })
  const old = makeSpan()
  await send(collector.otlpUrl, 'old-service', old)
  vi.advanceTimersByTime(HOUR_MILLIS / 2)
  await send(collector.otlpUrl, 'shop', makeSpan())
  vi.advanceTimersByTime(HOUR_MILLIS / 2)
  expect(await countStoredSpans(collector)).toBe(2)

  vi.advanceTimersByTime(2 * 60_000)
  expect(await countStoredSpans(collector)).toBe(1)
  expect((await getJson(collector, `/api/v3/traces/${old.traceId}`)).status).toBe(404)
  expect((await getJson(collector, '/api/v3/services')).body).toEqual({ services: ['shop'] })

  await send(collector.otlpUrl, 'old-service', makeSpan())
  expect((await getJson(collector, '/api/v3/services')).body).toEqual({ services: ['old-service', 'shop'] })
  expect(countRows(databasePath, 'resources')).toBe(2)
})

test('a sweep that fails because another process holds the database is repeated a minute later', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath, maxAgeMillis: HOUR_MILLIS })
  await send(collector.otlpUrl, 'shop', makeSpan())
  const other = new DatabaseSync(databasePath)
  onTestFinished(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  vi.advanceTimersByTime(HOUR_MILLIS + 2 * 60_000)
  expect(printed).toHaveBeenCalledWith(
    'could not delete old traces, will try again:',
    expect.objectContaining({ message: 'database is locked' }),
  )
  expect(await countStoredSpans(collector)).toBe(1)
  other.exec('ROLLBACK')
  printed.mockClear()
  vi.advanceTimersByTime(60_000)
  expect(await countStoredSpans(collector)).toBe(0)
  expect(printed).not.toHaveBeenCalled()
})

test('traces are not swept after a shutdown', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath, maxAgeMillis: HOUR_MILLIS })
  await send(collector.otlpUrl, 'shop', makeSpan())
  await collector.shutdown()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(2 * HOUR_MILLIS)
  expect(countRows(databasePath, 'spans')).toBe(1)
})

test('traces that expired while no collector ran are deleted at the start', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const databasePath = temporaryDatabase()
  const before = await startTestCollector({ databasePath })
  await send(before.otlpUrl, 'shop', makeSpan())
  await before.shutdown()
  vi.setSystemTime(Date.now() + HOUR_MILLIS)
  const after = await startTestCollector({ databasePath, maxAgeMillis: HOUR_MILLIS / 2 })
  expect(await countStoredSpans(after)).toBe(0)
})

test('bytes beyond the limit displace the first traces to arrive, also after a restart', async () => {
  const databasePath = temporaryDatabase()
  const large = () => makeSpan({ attributes: [attribute('text', 'ä'.repeat(10_000))] })
  // The empty database has 44 kB, a span 24.
  const before = await startTestCollector({ databasePath, maxBytes: 120_000 })
  const spans = [large(), large(), large()]
  for (const span of spans) await send(before.otlpUrl, 'shop', span)
  expect(await countStoredSpans(before)).toBe(3)
  await send(before.otlpUrl, 'shop', large())
  expect(await countStoredSpans(before)).toBe(3)
  expect((await getJson(before, `/api/v3/traces/${spans[0]?.traceId}`)).status).toBe(404)
  await before.shutdown()

  const after = await startTestCollector({ databasePath, maxBytes: 120_000 })
  await send(after.otlpUrl, 'shop', large())
  expect(await countStoredSpans(after)).toBe(3)
})

test('retention keeps up with a flood of small spans', async () => {
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath, maxSpans: 1_000 })
  for (let request = 0; request < 2; request++) {
    const spans = Array.from({ length: 25_000 }, () => makeSpan({ name: '', spanId: generateSpanId() }))
    expect((await postProtobuf(collector.otlpUrl, makeRequest('shop', spans))).status).toBe(200)
    expect(countRows(databasePath, 'spans')).toBeLessThanOrEqual(1_000)
  }
})

function countRows(databasePath: string, table: string): number {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  const row = database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()
  database.close()
  return Number(row?.rows)
}
