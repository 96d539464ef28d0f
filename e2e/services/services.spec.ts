import { flatten, type ReceivedSpan } from '@throughline/otel-testing'
import { findFreePorts } from '../../scripts/ports.ts'
import type { Services } from '../../scripts/services/services.ts'
import { buy, GOOD_CARD, goToCheckout, REFUSED_CARD } from '../checkout.ts'
import {
  acceptedOrder,
  clickBuy,
  client,
  expectTree,
  inventoryCall,
  orderRequest,
} from '../expected-spans.ts'
import { fetchTrace } from '../trace.ts'
import { issuedReceipt, SHIPPING_LINES, shippingCall } from './expected-shipping.ts'
import { paymentCall, riskCall, settledPayment } from './expected-spans.ts'
import { expect, test } from './fixtures.ts'

const EDGE = ['fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']
const GO = ['bank', 'payments', 'risk', 'settlement']
const NODE = ['carrier', 'dispatch', 'receipts', 'shipping']
const PARENT = 'b7ad6b7169203331'

test('a click on Buy is one trace through gRPC, PostgreSQL, Redis, Kafka, RabbitMQ and settlement, with its log lines', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'enamel-mug', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  const { orderId } = (await response.json()) as { orderId: string }
  const node = nodeServicesOf(system.services)
  const hasReceipts = node.includes('receipts')
  const hasShipping = node.includes('shipping')
  const root = await expectTree(
    system.uiUrl,
    traceId,
    acceptedOrder({
      attributes: { 'http.response.status_code': 201 },
      shipping: hasShipping ? [shippingCall({ orderId })] : [],
      payment: paymentCall('UNSET', {
        service: 'payments',
        name: 'POST /payments',
        kind: 'SERVER',
        status: 'UNSET',
        attributes: {
          'http.route': '/payments',
          'http.response.status_code': 201,
          'order.id': orderId,
          'payment.amount': 18,
          'payment.id': /^[0-9a-f-]{36}$/,
        },
        children: [
          riskCall('Screen', ['redis.pipeline incr expire']),
          riskCall('ListSignals', ['get']),
          riskCall('ReportSteps'),
          riskCall('Verify'),
          {
            ...client('payments', 'insert payments'),
            attributes: { 'db.system.name': 'postgresql' },
            children: [],
          },
          settledPayment(hasReceipts ? [issuedReceipt(orderId)] : []),
        ],
      }),
    }),
    { timeoutMillis: 30_000 },
  )
  const spans = flatten(root)
  const services = [...EDGE, ...GO, ...node, 'backend'].sort()
  expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual(services)
  console.log(`${spans.length} spans of ${services.length} services, 1 root, 0 orphans`)

  const named = (name: string) => spans.filter((span) => span.name === name)
  const [producer] = named('payments.accepted publish')
  const [consumer] = named('payments.accepted process')
  expect(consumer?.links).toMatchObject([{ traceId, spanId: producer?.spanId }])
  // Every message of a stream is an event of its span.
  if (hasShipping) {
    expect(eventsOf(spans, 'carrier', 'ListSlots')).toEqual(['slot sent', 'slot sent'])
    expect(eventsOf(spans, 'carrier', 'AddParcels')).toEqual(['parcel received'])
    expect(eventsOf(spans, 'carrier', 'Negotiate')).toEqual(['slot answered', 'slot answered'])
  }
  expect(eventsOf(spans, 'risk', 'ListSignals')).toEqual(['signal sent', 'signal sent'])
  expect(eventsOf(spans, 'risk', 'ReportSteps')).toEqual(['step received', 'step received'])
  expect(eventsOf(spans, 'risk', 'Verify')).toEqual(['factor verified', 'factor verified'])

  const paymentId = spans.find(({ values }) => values['payment.id'] !== undefined)?.values['payment.id']
  const linesOfOrder = () =>
    system.log.filter(({ fields }) => fields.orderId === orderId || fields.paymentId === paymentId)
  const linesOfTrace = () => system.log.filter(({ fields }) => fields.trace_id === traceId)
  const messages = () => linesOfTrace().map(({ service, fields }) => `${service}: ${fields.msg}`)
  await expect
    .poll(() => messages().sort())
    .toEqual(
      [
        ...(hasShipping ? SHIPPING_LINES : []),
        ...(hasReceipts ? ['receipts: receipt issued'] : []),
        'backend: payment accepted',
        'bank: money transferred',
        'payments: payment accepted',
        'risk: card screened',
        ...['factor verified', 'factor verified', 'signal sent', 'signal sent'].map(
          (line) => `risk: ${line}`,
        ),
        ...['step received', 'step received'].map((line) => `risk: ${line}`),
        'settlement: payment settled',
      ].sort(),
    )
  expect(linesOfOrder()).toEqual(linesOfTrace())
  for (const { service, fields } of linesOfTrace()) {
    expect(spans.find(({ spanId }) => spanId === fields.span_id)?.service).toBe(service)
  }
})

test('a refused card is an error in the spans from the risk service up to the page', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'canvas-tote', card: REFUSED_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(402)
  const root = await expectTree(
    system.uiUrl,
    traceId,
    clickBuy([
      orderRequest({
        status: 'ERROR',
        attributes: { 'http.response.status_code': 402, 'error.type': '402' },
        server: { status: 'UNSET', attributes: { 'http.response.status_code': 402 } },
        children: [
          client('shop', 'get CARTS'),
          client('shop', 'SELECT products'),
          inventoryCall('reserve', ['UPDATE stock']),
          paymentCall('ERROR', {
            service: 'payments',
            name: 'POST /payments',
            kind: 'SERVER',
            status: 'ERROR',
            attributes: { 'http.response.status_code': 402 },
            children: [
              {
                ...riskCall('Screen'),
                status: 'ERROR',
                attributes: { 'rpc.response.status_code': 'FAILED_PRECONDITION' },
              },
            ],
          }),
          inventoryCall('release', ['UPDATE stock']),
        ],
      }),
    ]),
  )
  const [payments] = flatten(root).filter(
    ({ service, name }) => service === 'payments' && name === 'POST /payments',
  )
  expect(payments?.status?.message).toContain('the card was refused')
  expect(payments?.events?.map(({ name }) => name)).toEqual(['exception'])
  const lines = () => system.log.filter(({ fields }) => fields.trace_id === traceId)
  await expect
    .poll(() =>
      lines()
        .map(({ service, fields }) => `${service}: ${fields.msg}`)
        .sort(),
    )
    .toEqual(['backend: payment refused', 'payments: payment refused', 'risk: card refused'])
})

test('SIGTERM exports the spans that wait for their batch, and the answer has the trace id', async ({
  system,
}) => {
  const slow = { OTEL_BSP_SCHEDULE_DELAY: '3600000' }
  const [riskPort = 0, paymentsPort = 0] = await findFreePorts(2)
  const risk = await system.services.startAnother('risk', {
    ...slow,
    LISTEN_ADDRESS: `127.0.0.1:${riskPort}`,
  })
  const payments = await system.services.startAnother('payments', {
    ...slow,
    LISTEN_ADDRESS: `127.0.0.1:${paymentsPort}`,
    RISK_ADDRESS: `127.0.0.1:${riskPort}`,
  })
  const traceId = newTraceId()
  const response = await fetch(`http://127.0.0.1:${paymentsPort}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${PARENT}-01` },
    body: JSON.stringify({ orderId: traceId, amountCents: 1800, card: GOOD_CARD }),
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('trace-id')).toBe(traceId)
  const ofStopped = async () =>
    (await fetchTrace(system.uiUrl, traceId)).filter(
      ({ service }) => service === 'risk' || service === 'payments',
    )
  expect(await ofStopped()).toEqual([])
  await payments.stop()
  await risk.stop()
  // Four calls with two spans each, two commands of Redis, the request, the insert and the message.
  await expect.poll(async () => (await ofStopped()).length).toBe(13)
})

test('OTEL variables set propagator, sampler, service name and resource', async ({ system }) => {
  const [port = 0] = await findFreePorts(1)
  const payments = await system.services.startAnother('payments', {
    LISTEN_ADDRESS: `127.0.0.1:${port}`,
    OTEL_PROPAGATORS: 'b3',
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_SERVICE_NAME: 'payments-b3',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=e2e',
  })
  const post = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/payments`, { method: 'POST', headers, body: '{}' })
  const unsampled = await post({})
  const traceId = newTraceId()
  const sampled = await post({ b3: `${traceId}-${PARENT}-1` })
  await payments.stop()
  expect([unsampled.status, sampled.status]).toEqual([400, 400])
  const arrived = () => fetchTrace(system.uiUrl, traceId)
  await expect.poll(async () => (await arrived()).length).toBe(1)
  const [span] = await arrived()
  expect(span).toMatchObject({ service: 'payments-b3', parentSpanId: PARENT })
  expect(span?.resource).toMatchObject({
    'deployment.environment.name': 'e2e',
    'service.version': expect.stringMatching(/^\d/),
    'telemetry.sdk.language': 'go',
  })
  expect(unsampled.headers.get('trace-id')).toMatch(/^[0-9a-f]{32}$/)
  expect(await fetchTrace(system.uiUrl, unsampled.headers.get('trace-id') ?? '')).toEqual([])
})

/** The Node services that are running: without RabbitMQ, those that do not need it. */
function nodeServicesOf({ processes }: Services): string[] {
  return NODE.filter((service) => processes.some(({ name }) => name === service))
}

/** The names of the events of a service's span of a method. */
function eventsOf(spans: readonly ReceivedSpan[], service: string, method: string): string[] {
  const server = spans.find((span) => span.service === service && span.name.endsWith(`/${method}`))
  return (server?.events ?? []).map(({ name }) => name)
}

function newTraceId(): string {
  return crypto.randomUUID().replaceAll('-', '')
}
