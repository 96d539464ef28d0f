import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type BackendProcess, startBackend } from './start-backend.ts'

const GOOD = { orderId: 'order-1', amountCents: 1800, card: '4242 4242 4242 4242' }
const PARENT = 'b7ad6b7169203331'
const [SERVER, CLIENT] = [2, 3]

let receiver: OtlpReceiver
let backend: BackendProcess

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  backend = startBackend({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
  await backend.url()
})
afterAll(() => {
  backend?.stop()
  receiver?.stop()
})

describe('POST /payments', () => {
  it('accepts a card with money on it', async () => {
    const { status, body } = await pay(GOOD)
    expect([status, body]).toEqual([201, { paymentId: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
  })

  it('charges an order once, however often it is asked', async () => {
    const request = { ...GOOD, orderId: 'asked-twice' }
    expect((await pay(request)).body).toEqual((await pay(request)).body)
  })

  it('refuses every other card', async () => {
    const { status, body } = await pay({ ...GOOD, card: '4000 0000 0000 0002' })
    expect([status, body]).toMatchObject([402, { error: { code: 'payment_refused' } }])
  })

  it.each([
    ['malformed JSON', '{'],
    ['nothing', ''],
    ['null', null],
    ['a list', []],
    ['no order id', { ...GOOD, orderId: undefined }],
    ['an order id of 65 letters', { ...GOOD, orderId: 'a'.repeat(65) }],
    ['an amount in words', { ...GOOD, amountCents: '1800' }],
    ['a fraction of a cent', { ...GOOD, amountCents: 0.5 }],
    ['nothing to pay', { ...GOOD, amountCents: 0 }],
    ['more than 100,000.00', { ...GOOD, amountCents: 10_000_001 }],
    ['a card that is a number', { ...GOOD, card: 4242424242424242 }],
    ['a card of four digits', { ...GOOD, card: '4242' }],
  ])('does not understand %s', async (_, request) => {
    const { status, body } = await pay(request)
    expect([status, body]).toMatchObject([400, { error: { code: 'bad_request' } }])
  })

  it('takes at most 16 kB', async () => {
    expect((await pay({ ...GOOD, more: 'x'.repeat(20_000) })).status).toBe(413)
  })
})

describe('a traced payment', () => {
  it("continues the caller's trace with a span named by the route, and one of the database below it", async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, orderId: traceId }, traceId)
    const [server, client] = await spansOf(traceId, 2)
    expect(server).toMatchObject({
      name: 'POST /payments',
      kind: SERVER,
      parentSpanId: PARENT,
      status: { code: 0 },
      attributes: {
        'http.route': '/payments',
        'http.request.method': 'POST',
        'http.response.status_code': 201,
      },
    })
    expect(client).toMatchObject({
      name: 'INSERT payments',
      kind: CLIENT,
      parentSpanId: server?.spanId,
      attributes: {
        'db.system.name': 'sqlite',
        'db.query.summary': 'INSERT payments',
        'db.operation.name': 'INSERT',
        'db.collection.name': 'payments',
        'db.namespace': ':memory:',
      },
    })
    expect(server?.resource).toMatchObject({
      'service.name': 'backend',
      'service.version': expect.stringMatching(/^\d/),
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'host.id': expect.stringMatching(/./),
      'host.name': expect.stringMatching(/./),
      'telemetry.sdk.name': 'opentelemetry',
    })
  })

  it('that is refused is no error of this service', async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, card: '4000000000000002' }, traceId)
    expect(await spansOf(traceId, 1)).toMatchObject([
      { name: 'POST /payments', status: { code: 0 }, attributes: { 'http.response.status_code': 402 } },
    ])
  })

  it('is logged with its trace and span, and without the number of the card', async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, orderId: traceId }, traceId)
    const [server] = await spansOf(traceId, 2)
    expect(backend.log.find((entry) => entry.orderId === traceId)).toMatchObject({
      msg: 'payment accepted',
      trace_id: traceId,
      span_id: server?.spanId,
    })
    expect(JSON.stringify([backend.log, receiver.spans])).not.toMatch(/4242.?4242/)
  })

  it('makes the SDK send traces, and neither metrics nor logs', async () => {
    await spansOf(await paidTraceId(), 2)
    expect([...receiver.paths]).toEqual(['/v1/traces'])
  })

  it('is traced, and the health check is not', async () => {
    expect((await fetch(`${await backend.url()}/healthz`)).status).toBe(200)
    await spansOf(await paidTraceId(), 2)
    expect(receiver.spans.filter(({ attributes }) => attributes['url.path'] === '/healthz')).toEqual([])
  })
})

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('sends what waits and ends at %s', async (signal) => {
    const own = startBackend({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_SERVICE_NAME: 'payments',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    })
    const traceId = newTraceId()
    await pay(GOOD, traceId, await own.url())
    own.stop(signal)
    expect(await own.exitCode()).toBe(0)
    const spans = await spansOf(traceId, 2)
    expect(spans.map(({ resource }) => resource['service.name'])).toEqual(['payments', 'payments'])
  })

  it('ends within a few seconds when the collector hangs', async () => {
    const hanging = createServer(() => {})
    await new Promise<void>((resolve) => hanging.listen(0, resolve))
    onTestFinished(() => {
      hanging.closeAllConnections()
      hanging.close()
    })
    const { port } = hanging.address() as AddressInfo
    const own = startBackend({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}` })
    expect((await pay(GOOD, newTraceId(), await own.url())).status).toBe(201)
    const start = Date.now()
    own.stop()
    expect(await own.exitCode()).toBe(0)
    expect(Date.now() - start).toBeLessThan(5000)
  })

  it('says which port is taken, and what moves it', async () => {
    const port = new URL(await backend.url()).port
    const second = startBackend({ PORT: port })
    expect(await second.exitCode()).toBe(1)
    expect(second.errors()).toContain(`Port ${port} is taken.`)
    expect(second.errors()).toContain('BACKEND_PORT')
  })

  it('says when a port is none', async () => {
    const own = startBackend({ PORT: '', BACKEND_PORT: 'eighty' })
    expect(await own.exitCode()).toBe(1)
    expect(own.errors()).toContain('"eighty"')
  })
})

async function pay(
  body: unknown,
  traceId: string = newTraceId(),
  url?: string,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url ?? (await backend.url())}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${PARENT}-01` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

async function paidTraceId(): Promise<string> {
  const traceId = newTraceId()
  await pay({ ...GOOD, orderId: traceId }, traceId)
  return traceId
}

function newTraceId(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

/** Waits for that many spans of the trace and gives them, parents first. */
async function spansOf(traceId: string, count: number): Promise<OtlpReceiver['spans']> {
  return await vi.waitFor(
    () => {
      const spans = receiver.spans.filter((span) => span.traceId === traceId)
      expect(spans).toHaveLength(count)
      return spans.toSorted((a, b) => a.kind - b.kind)
    },
    { timeout: 5000, interval: 50 },
  )
}
