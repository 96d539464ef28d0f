import { kindOf, statusOf } from '@throughline/otel-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchTrace } from '../trace.ts'
import { untilQueueIsEmpty } from './queue.ts'
import { newTraceId, post, requestOf, strings } from './requests.ts'
import { type RunningMachine, startProduction } from './start-production.ts'

let machine: RunningMachine
beforeAll(async () => {
  machine = await startProduction()
})
afterAll(() => machine?.stop())

const stored = (traceId: string) => fetchTrace(machine.uiUrl, traceId)
const arrived = (traceId: string, count: number) =>
  expect.poll(async () => (await stored(traceId)).length, { timeout: 20_000 }).toBe(count)

test('a page of another origin is not allowed to export', async () => {
  const headers = {
    origin: 'https://shop.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  }
  const preflight = await fetch(machine.otlpUrl, { method: 'OPTIONS', headers })
  expect(preflight.ok).toBe(false)
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  const answer = await post(machine.otlpUrl, requestOf('web', [{}]), headers)
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

test('the request of a health check is removed, a child of a trace with such a path is kept', async () => {
  const traceId = newTraceId()
  const path = strings({ 'url.path': '/healthz' })
  const parentSpanId = 'b'.repeat(16)
  const spans = [
    { traceId, name: 'GET /healthz', attributes: path },
    { traceId, name: 'GET /healthz child', attributes: path, parentSpanId },
    { traceId, name: 'GET /healthz client', attributes: path, kind: 3 },
    { traceId, name: 'GET /orders', attributes: strings({ 'url.path': '/orders/healthz' }) },
  ]
  expect((await post(machine.otlpUrl, requestOf('checked', spans))).status).toBe(200)
  await arrived(traceId, 3)
  expect((await stored(traceId)).map(({ name }) => name).sort()).toEqual([
    'GET /healthz child',
    'GET /healthz client',
    'GET /orders',
  ])
})

test('kind, status, events, links and tracestate are stored as sent', async () => {
  const traceId = newTraceId()
  const link = { traceId: newTraceId(), spanId: 'c'.repeat(16), attributes: strings({ reason: 'retry' }) }
  const span = {
    traceId,
    name: 'send orders',
    kind: 4,
    traceState: 'ot=th:8;rv:c0ffee00000000,vendor=a',
    status: { code: 2, message: 'queue is full' },
    events: [
      {
        timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
        name: 'refused',
        attributes: strings({ queue: 'orders' }),
      },
    ],
    links: [link],
  } as const
  await post(machine.otlpUrl, requestOf('producer', [span]))
  await arrived(traceId, 1)
  const [received] = await stored(traceId)
  if (!received) throw new Error('not stored')
  expect(kindOf(received)).toBe('PRODUCER')
  expect(statusOf(received)).toBe('ERROR')
  expect(received).toMatchObject({
    ...span,
    links: [expect.objectContaining({ traceId: link.traceId, spanId: link.spanId })],
  })
})

test('an attribute, its number and a name are limited, and no character is cut in half', async () => {
  const traceId = newTraceId()
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`app.k${index}`, 'v']))
  const spans = [
    { traceId, name: 'x'.repeat(5000), attributes: strings({ 'app.long': `${'x'.repeat(16_383)}😀` }) },
    { traceId, name: 'many', attributes: strings(many) },
  ]
  expect((await post(machine.otlpUrl, requestOf('large', spans))).status).toBe(200)
  await arrived(traceId, 2)
  const received = await stored(traceId)
  const long = received.find(({ name }) => name.startsWith('x'))
  expect(long?.name.length).toBe(1024)
  expect(String(long?.values['app.long']).length).toBe(16_383)
  expect(Object.keys(received.find(({ name }) => name === 'many')?.values ?? {}).length).toBeLessThanOrEqual(
    128 + 5,
  )
})

test('a batch that is sent twice is stored once', async () => {
  const traceId = newTraceId()
  const request = requestOf('twice', [{ traceId }, { traceId }])
  for (const _ of [1, 2]) expect((await post(machine.otlpUrl, request)).status).toBe(200)
  await untilQueueIsEmpty(machine)
  expect(await stored(traceId)).toHaveLength(2)
})
