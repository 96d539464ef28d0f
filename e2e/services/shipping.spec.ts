import { flatten, type ReceivedSpan } from '@throughline/otel-testing'
import { findFreePorts } from '../../scripts/ports.ts'
import type { Services } from '../../scripts/services/services.ts'
import { expectTree } from '../expected-spans.ts'
import { fetchTrace } from '../trace.ts'
import { bookedShipment, bookingSteps, carrierCall, dispatched, publication } from './expected-shipping.ts'
import { expect, test } from './fixtures.ts'
import { publishRaw, sendRaw, takeRaw, urlOf } from './raw-messages.ts'
import { startTcpProxy } from './tcp-proxy.ts'

const PARENT = 'b7ad6b7169203331'

test.beforeEach(({ system }) => {
  test.skip(
    system.services.shippingUrl === undefined,
    'RabbitMQ or the modules of the Node services are missing',
  )
})

interface Log {
  readonly service: string
  readonly fields: Readonly<Record<string, unknown>>
}

function linesOf(log: readonly Log[], service: string, msg: string): Readonly<Record<string, unknown>>[] {
  return log.filter((line) => line.service === service && line.fields.msg === msg).map(({ fields }) => fields)
}

test('a message without headers begins a trace of its own, which goes on through Kafka', async ({
  system,
}) => {
  const orderId = newId()
  const { shipmentId } = await ship(system.services.shippingUrl, { orderId })
  const dispatches = () => linesOf(system.log, 'dispatch', 'shipment dispatched').filter(isOf(orderId))
  await expect.poll(() => dispatches().length).toBe(1)
  await publishRaw(system.services, 'shipments', JSON.stringify({ shipmentId, orderId }))
  await expect.poll(() => dispatches().length).toBe(2)
  const [first, second] = dispatches()
  expect(second?.trace_id).not.toBe(first?.trace_id)
  await expectTree(system.uiUrl, String(second?.trace_id), dispatched('shipments', orderId))

  const payment = { paymentId: newId(), orderId, amountCents: 1800 }
  await sendRaw(system.services, 'payments.accepted', JSON.stringify(payment))
  const receipts = () => linesOf(system.log, 'receipts', 'receipt issued').filter(isOf(orderId))
  await expect.poll(() => receipts().length).toBe(1)
  await expectTree(system.uiUrl, String(receipts()[0]?.trace_id), {
    service: 'receipts',
    name: 'process payments.accepted',
    kind: 'CONSUMER',
  })
})

test('an invalid message is an error of its span, and does not stop the consumer', async ({ system }) => {
  const { services, log, uiUrl } = system
  const discarded = (service: string) => linesOf(log, service, 'message discarded')
  const before = discarded('receipts').length
  const orderId = newId()
  await publishRaw(services, 'shipments', `{"orderId":"${orderId}"}`)
  const payment = { paymentId: newId(), orderId, amountCents: 1800 }
  await sendRaw(services, 'payments.accepted', `no payment of ${orderId}`, JSON.stringify(payment))
  await expect.poll(() => linesOf(log, 'receipts', 'receipt issued').filter(isOf(orderId)).length).toBe(1)
  await expect.poll(() => discarded('dispatch').length).toBeGreaterThan(0)
  expect(discarded('receipts').length).toBe(before + 1)
  await expect.poll(() => takeRaw(services, 'shipments.dead')).toBe(`{"orderId":"${orderId}"}`)
  for (const service of ['receipts', 'dispatch']) {
    const { trace_id: traceId } = discarded(service).at(-1) ?? {}
    const consumer = service === 'receipts' ? 'process payments.accepted' : 'shipments.booked process'
    const root = await expectTree(uiUrl, String(traceId), {
      service,
      name: consumer,
      kind: 'CONSUMER',
      status: 'ERROR',
      children: [],
    })
    expect(root.events?.map(({ name }) => name)).toEqual(['exception'])
  }
})

test('a shipment that the carrier refuses is an error from its span to the request', async ({ system }) => {
  const traceId = newId()
  const answer = await ship(system.services.shippingUrl, { orderId: newId(), parcels: 21, traceId })
  expect(answer.status).toBe(422)
  const root = await expectTree(system.uiUrl, traceId, {
    service: 'shipping',
    name: 'POST /shipments',
    kind: 'SERVER',
    parentSpanId: PARENT,
    status: 'ERROR',
    attributes: { 'http.response.status_code': 422 },
    children: [
      {
        ...carrierCall('Quote'),
        status: 'ERROR',
        attributes: { 'rpc.grpc.status_code': 9 },
        children: [{ service: 'carrier', kind: 'SERVER', name: /Quote$/, status: 'ERROR', children: [] }],
      },
    ],
  })
  for (const span of flatten(root).filter(({ kind }) => kind === root.kind)) {
    expect(span.status?.message).toBe('a shipment has at most 20 parcels')
    expect(span.events?.map(({ name }) => name)).toEqual(['exception'])
  }
})

test('when the connection is lost before RabbitMQ confirms, the request fails and its message is in the trace', async ({
  system,
}) => {
  const { services, uiUrl, log } = system
  const proxy = await startTcpProxy(services.ports.rabbitmqPort)
  const exchange = `confirms-${proxy.port}`
  const variables = { RABBITMQ_EXCHANGE: exchange }
  await services.startAnother('dispatch', variables)
  const { url, stop } = await startShipping(services, { ...variables, RABBITMQ_URL: urlOf(proxy.port) })
  const traceId = newId()
  const orderId = newId()
  proxy.hold('to client')
  const answered = ship(url, { orderId, traceId })
  await expect
    .poll(() => linesOf(log, 'dispatch', 'shipment dispatched').filter(isOf(orderId)).length)
    .toBe(1)
  proxy.cut()
  expect((await answered).status).toBe(502)
  await expectTree(uiUrl, traceId, {
    service: 'shipping',
    name: 'POST /shipments',
    kind: 'SERVER',
    parentSpanId: PARENT,
    status: 'ERROR',
    children: [
      ...bookingSteps(),
      { ...publication(exchange), status: 'ERROR', children: [dispatched(exchange, orderId)] },
    ],
  })
  // The caller tries again, on the next connection.
  const again = newId()
  expect((await ship(url, { orderId, traceId: again })).status).toBe(201)
  await expectTree(uiUrl, again, { ...bookedShipment({ orderId, exchange }), parentSpanId: PARENT })
  await stop()
  proxy.close()
})

test('when the connection is lost before a message is acknowledged, its next delivery is in the same trace', async ({
  system,
}) => {
  const { services, uiUrl, log } = system
  const proxy = await startTcpProxy(services.ports.rabbitmqPort)
  const exchange = `deliveries-${proxy.port}`
  const variables = { RABBITMQ_EXCHANGE: exchange }
  await services.startAnother('dispatch', { ...variables, RABBITMQ_URL: urlOf(proxy.port) })
  const { url, stop } = await startShipping(services, variables)
  proxy.hold('to server')
  const traceId = newId()
  const orderId = newId()
  expect((await ship(url, { orderId, traceId })).status).toBe(201)
  const dispatches = () => linesOf(log, 'dispatch', 'shipment dispatched').filter(isOf(orderId))
  await expect.poll(() => dispatches().length).toBe(1)
  proxy.cut()
  await expect.poll(() => dispatches().length).toBe(2)
  const booked = bookedShipment({ orderId, exchange })
  const consumer = dispatched(exchange, orderId)
  await expectTree(uiUrl, traceId, {
    ...booked,
    parentSpanId: PARENT,
    children: [
      ...bookingSteps(),
      { ...publication(exchange), status: 'UNSET', children: [consumer, consumer] },
    ],
  })
  await stop()
  proxy.close()
})

test('SIGTERM exports the spans that wait for their batch in each Node service', async ({ system }) => {
  const { services, uiUrl } = system
  const [carrierPort = 0] = await findFreePorts(1)
  const slow = { OTEL_BSP_SCHEDULE_DELAY: '3600000' }
  const carrier = await services.startAnother('carrier', {
    ...slow,
    LISTEN_ADDRESS: `127.0.0.1:${carrierPort}`,
  })
  const exchange = `stops-${carrierPort}`
  const dispatch = await services.startAnother('dispatch', { ...slow, RABBITMQ_EXCHANGE: exchange })
  const { url, stop } = await startShipping(services, {
    ...slow,
    RABBITMQ_EXCHANGE: exchange,
    CARRIER_ADDRESS: `127.0.0.1:${carrierPort}`,
  })
  const traceId = newId()
  const orderId = newId()
  const answer = await ship(url, { orderId, traceId })
  expect([answer.status, answer.traceId]).toEqual([201, traceId])
  await expect
    .poll(() => linesOf(system.log, 'settlement', 'dispatch recorded').filter(isOf(orderId)).length)
    .toBe(1)
  const ofNode = (spans: readonly ReceivedSpan[]) => spans.filter(({ service }) => service !== 'settlement')
  expect(ofNode(await fetchTrace(uiUrl, traceId))).toEqual([])
  await stop()
  await dispatch.stop()
  await carrier.stop()
  await expectTree(uiUrl, traceId, { ...bookedShipment({ orderId, exchange }), parentSpanId: PARENT })
})

test('OTEL variables set propagator, sampler, service name and resource of a Node service', async ({
  system,
}) => {
  const { url, stop } = await startShipping(system.services, {
    OTEL_PROPAGATORS: 'b3',
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_SERVICE_NAME: 'shipping-b3',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=e2e',
  })
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/shipments`, { method: 'POST', headers, body: '{}' })
  const unsampled = await post({})
  const traceId = newId()
  const sampled = await post({ b3: `${traceId}-${PARENT}-1` })
  await stop()
  expect([unsampled.status, sampled.status]).toEqual([400, 400])
  await expect.poll(async () => (await fetchTrace(system.uiUrl, traceId)).length).toBe(1)
  const [span] = await fetchTrace(system.uiUrl, traceId)
  expect(span).toMatchObject({ service: 'shipping-b3', parentSpanId: PARENT })
  expect(span?.resource).toMatchObject({
    'deployment.environment.name': 'e2e',
    'service.version': expect.stringMatching(/^\d/),
    'telemetry.sdk.language': 'nodejs',
  })
  const unsampledId = unsampled.headers.get('trace-id') ?? ''
  expect(unsampledId).toMatch(/^[0-9a-f]{32}$/)
  expect(await fetchTrace(system.uiUrl, unsampledId)).toEqual([])
})

interface Answer {
  readonly status: number
  readonly traceId: string | null
  readonly shipmentId: unknown
}

interface Shipping {
  readonly orderId: string
  readonly parcels?: number
  readonly traceId?: string
}

async function ship(
  url: string | undefined,
  { orderId, parcels = 1, traceId = newId() }: Shipping,
): Promise<Answer> {
  const response = await fetch(`${url}/shipments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${PARENT}-01` },
    body: JSON.stringify({ orderId, parcels }),
  })
  const { shipmentId } = (await response.json()) as { shipmentId?: unknown }
  return { status: response.status, traceId: response.headers.get('trace-id'), shipmentId }
}

async function startShipping(
  services: Services,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const [port = 0] = await findFreePorts(1)
  const address = `127.0.0.1:${port}`
  const service = await services.startAnother('shipping', { LISTEN_ADDRESS: address, ...variables })
  return { url: `http://${address}`, stop: () => service.stop() }
}

function isOf(orderId: string): (fields: Readonly<Record<string, unknown>>) => boolean {
  return (fields) => fields.orderId === orderId
}

function newId(): string {
  return crypto.randomUUID().replaceAll('-', '')
}
