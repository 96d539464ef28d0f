import { expectTrace, type ReceivedSpan, waitForSpans } from '@throughline/otel-testing'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type BackendProcess, startBackend } from './start-backend.ts'

const GOOD = { orderId: 'order-1', amountCents: 1800, card: '4242 4242 4242 4242' }
const PARENT = 'b7ad6b7169203331'

let collector: Collector
let backend: BackendProcess

beforeAll(async () => {
  collector = await startCollector()
  backend = startBackend({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await backend.url()
})
afterAll(async () => {
  backend?.stop()
  await collector?.close()
})

it('the service listens on the loopback addresses only', async () => {
  const { port } = new URL(await backend.url())
  for (const host of ['127.0.0.1', '[::1]']) {
    expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
  }
  // Another address of the same machine. A listener on all addresses would answer there.
  await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow()
})

describe('POST /payments', () => {
  it('a valid card is accepted', async () => {
    const { status, body } = await pay(GOOD)
    expect([status, body]).toEqual([201, { paymentId: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
  })

  it('an order is charged once for repeated requests', async () => {
    const request = { ...GOOD, orderId: 'asked-twice' }
    expect((await pay(request)).body).toEqual((await pay(request)).body)
  })

  it('all other cards are declined', async () => {
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
  ])('%s is a bad request', async (_, request) => {
    const { status, body } = await pay(request)
    expect([status, body]).toMatchObject([400, { error: { code: 'bad_request' } }])
  })

  it('a body of more than 16 kB is refused', async () => {
    expect((await pay({ ...GOOD, more: 'x'.repeat(20_000) })).status).toBe(413)
  })
})

describe('a traced payment', () => {
  it("a payment continues the caller's trace with a span of the route and one of the database", async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, orderId: traceId }, traceId)
    const server = await expectTrace(
      collector,
      {
        service: 'backend',
        name: 'POST /payments',
        kind: 'SERVER',
        status: 'UNSET',
        parentSpanId: PARENT,
        attributes: {
          'http.route': '/payments',
          'http.request.method': 'POST',
          'http.response.status_code': 201,
        },
        children: [
          {
            name: 'INSERT payments',
            kind: 'CLIENT',
            attributes: {
              'db.system.name': 'sqlite',
              'db.query.summary': 'INSERT payments',
              'db.operation.name': 'INSERT',
              'db.collection.name': 'payments',
              'db.namespace': ':memory:',
            },
            children: [],
          },
        ],
      },
      { traceId },
    )
    expect(server.resource).toMatchObject({
      'service.name': 'backend',
      'service.version': expect.stringMatching(/^\d/),
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'host.id': expect.stringMatching(/./),
      'host.name': expect.stringMatching(/./),
      'telemetry.sdk.name': 'opentelemetry',
    })
  })

  it('a declined payment is not an error of this service', async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, card: '4000000000000002' }, traceId)
    expect(await spansOf(traceId, 1)).toMatchObject([
      { name: 'POST /payments', status: { code: 0 }, values: { 'http.response.status_code': 402 } },
    ])
  })

  it('a payment is logged with trace id and span id, and without the card number', async () => {
    const traceId = newTraceId()
    await pay({ ...GOOD, orderId: traceId }, traceId)
    const [server] = await spansOf(traceId, 2)
    expect(backend.log.find((entry) => entry.orderId === traceId)).toMatchObject({
      msg: 'payment accepted',
      trace_id: traceId,
      span_id: server?.spanId,
    })
    expect(JSON.stringify([backend.log, collector.spans()])).not.toMatch(/4242.?4242/)
  })

  it('the SDK exports traces, but no metrics and no logs', async () => {
    await spansOf(await paidTraceId(), 2)
    expect(new Set(collector.attempts.map(({ path }) => path))).toEqual(new Set(['/v1/traces']))
  })

  it('a payment is traced, and the health check is not', async () => {
    expect((await fetch(`${await backend.url()}/healthz`)).status).toBe(200)
    await spansOf(await paidTraceId(), 2)
    expect(collector.spans().filter(({ values }) => values['url.path'] === '/healthz')).toEqual([])
  })
})

describe('with PAYMENTS_URL', () => {
  it('payments are made by that service, in the same trace', async () => {
    const caller = await startCaller(await backend.url())
    const traceId = newTraceId()
    const { status, body } = await pay({ ...GOOD, orderId: traceId }, traceId, caller)
    expect([status, body]).toEqual([201, { paymentId: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
    await expectTrace(
      collector,
      {
        service: 'caller',
        name: 'POST /payments',
        kind: 'SERVER',
        parentSpanId: PARENT,
        children: [
          {
            service: 'caller',
            name: 'POST',
            kind: 'CLIENT',
            children: [
              {
                service: 'backend',
                name: 'POST /payments',
                kind: 'SERVER',
                children: [{ name: 'INSERT payments', kind: 'CLIENT' }],
              },
            ],
          },
        ],
      },
      { traceId },
    )
  })

  it('a card that is declined there is declined', async () => {
    const caller = await startCaller(await backend.url())
    const answer = await pay({ ...GOOD, card: '4000 0000 0000 0002' }, newTraceId(), caller)
    expect(answer).toMatchObject({ status: 402, body: { error: { code: 'payment_refused' } } })
  })

  it('a service that cannot be reached is an internal error', async () => {
    const answer = await pay(GOOD, newTraceId(), await startCaller('http://127.0.0.1:1'))
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
  })

  async function startCaller(paymentsUrl: string): Promise<string> {
    const caller = startBackend({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'caller',
      PAYMENTS_URL: paymentsUrl,
    })
    onTestFinished(() => caller.stop())
    return caller.url()
  }
})

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'the process exports buffered spans and exits on %s',
    async (signal) => {
      const own = startBackend({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_SERVICE_NAME: 'payments',
        OTEL_BSP_SCHEDULE_DELAY: '60000',
      })
      const traceId = newTraceId()
      await pay(GOOD, traceId, await own.url())
      own.stop(signal)
      expect(await own.exitCode()).toBe(0)
      const spans = await spansOf(traceId, 2)
      expect(spans.map(({ resource }) => resource['service.name'])).toEqual(['payments', 'payments'])
    },
  )

  it('the process exits if the collector hangs', async () => {
    const hanging = await startCollector()
    hanging.answerExports({ cutAfterMillis: 3_600_000 })
    onTestFinished(() => hanging.close())
    const own = startBackend({ OTEL_EXPORTER_OTLP_ENDPOINT: hanging.url })
    expect((await pay(GOOD, newTraceId(), await own.url())).status).toBe(201)
    const start = Date.now()
    own.stop()
    expect(await own.exitCode()).toBe(0)
    expect(Date.now() - start).toBeLessThan(30_000)
  })

  it('a port in use is an error that names the port and its variable', async () => {
    const port = new URL(await backend.url()).port
    const second = startBackend({ PORT: port })
    expect(await second.exitCode()).toBe(1)
    expect(second.errors()).toContain(`Port ${port} is taken.`)
    expect(second.errors()).toContain('BACKEND_PORT')
  })

  it('a variable that is not a port is an error that names it', async () => {
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

/** Waits for the `count` spans of the trace and returns them, parents first. */
async function spansOf(traceId: string, count: number): Promise<ReceivedSpan[]> {
  const spans = await waitForSpans(collector, (span) => span.traceId === traceId, count)
  expect(spans).toHaveLength(count)
  return spans.toSorted((a, b) => a.kind - b.kind)
}
