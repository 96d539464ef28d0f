import { flatten, type ReceivedSpan } from '@throughline/otel-testing'
import { findFreePorts } from '../../scripts/ports.ts'
import { client, expectTree } from '../expected-spans.ts'
import { fetchTrace } from '../trace.ts'
import { bookedShipment, carrierCall } from './expected-shipping.ts'
import { expect, test } from './fixtures.ts'
import { addRawParcels } from './raw-calls.ts'
import { urlOf } from './raw-messages.ts'
import { isOf, linesOf, newId, PARENT, ship, startShipping } from './ship.ts'
import { startTcpProxy } from './tcp-proxy.ts'

// https://grpc.io/docs/guides/status-codes/
const UNAVAILABLE = 14

test.beforeEach(({ system }) => {
  test.skip(
    system.services.shippingUrl === undefined,
    'RabbitMQ or the modules of the Node services are missing',
  )
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

test('a carrier that is not there is an error of the call and of the request', async ({ system }) => {
  const [carrierPort = 0] = await findFreePorts(1)
  const carrier = { CARRIER_ADDRESS: `127.0.0.1:${carrierPort}` }
  const { url, stop } = await startShipping(system.services, carrier)
  const traceId = newId()
  expect((await ship(url, { orderId: newId(), traceId })).status).toBe(502)
  await stop()
  await expectTree(system.uiUrl, traceId, {
    service: 'shipping',
    name: 'POST /shipments',
    kind: 'SERVER',
    parentSpanId: PARENT,
    status: 'ERROR',
    children: [
      {
        ...client('shipping', /Quote$/),
        status: 'ERROR',
        attributes: { 'rpc.grpc.status_code': UNAVAILABLE },
        children: [],
      },
    ],
  })
})

test('a client stream that the caller cancels has a span, which is the parent of what the handler does', async ({
  system,
}) => {
  const traceId = newId()
  const parcels = addRawParcels(system.services, { traceparent: `00-${traceId}-${PARENT}-01` })
  parcels.write({ orderId: traceId, number: 1 })
  const received = () => linesOf(system.log, 'carrier', 'parcel received').filter(isOf(traceId))
  await expect.poll(() => received().length).toBe(1)
  parcels.cancel()
  await expectTree(system.uiUrl, traceId, {
    service: 'carrier',
    name: /AddParcels$/,
    kind: 'SERVER',
    parentSpanId: PARENT,
    children: [{ ...client('carrier', 'incr'), children: [] }],
  })
})

test('a connection to PostgreSQL that is lost while it is idle is replaced', async ({ system }) => {
  const { services, log, uiUrl } = system
  const proxy = await startTcpProxy(services.ports.postgresPort)
  const database = `postgres://throughline@127.0.0.1:${proxy.port}/postgres`
  const { url, stop } = await startShipping(services, { DATABASE_URL: database })
  proxy.cut()
  await expect.poll(() => linesOf(log, 'shipping', 'postgresql disconnected').length).toBe(1)
  const traceId = newId()
  expect((await ship(url, { orderId: traceId, traceId })).status).toBe(201)
  await expectTree(uiUrl, traceId, { ...bookedShipment({ orderId: traceId }), parentSpanId: PARENT })
  await stop()
  proxy.close()
})

test('SIGTERM answers the request in flight and exports the spans that wait for their batch', async ({
  system,
}) => {
  const { services, uiUrl } = system
  const [carrierPort = 0] = await findFreePorts(1)
  const slow = { OTEL_BSP_SCHEDULE_DELAY: '3600000' }
  const carrier = await services.startAnother('carrier', {
    ...slow,
    LISTEN_ADDRESS: `127.0.0.1:${carrierPort}`,
  })
  const exchange = `stops-${carrierPort}`
  const dispatch = await services.startAnother('dispatch', { ...slow, RABBITMQ_EXCHANGE: exchange })
  const proxy = await startTcpProxy(services.ports.rabbitmqPort)
  const { url, stop } = await startShipping(services, {
    ...slow,
    RABBITMQ_EXCHANGE: exchange,
    RABBITMQ_URL: urlOf(proxy.port),
    CARRIER_ADDRESS: `127.0.0.1:${carrierPort}`,
  })
  const traceId = newId()
  const orderId = newId()
  const release = proxy.hold('to client')
  const answered = ship(url, { orderId, traceId })
  await expect
    .poll(() => linesOf(system.log, 'settlement', 'dispatch recorded').filter(isOf(orderId)).length)
    .toBe(1)
  const ofNode = (spans: readonly ReceivedSpan[]) => spans.filter(({ service }) => service !== 'settlement')
  expect(ofNode(await fetchTrace(uiUrl, traceId))).toEqual([])
  const stopped = stop()
  release()
  const answer = await answered
  expect([answer.status, answer.traceId]).toEqual([201, traceId])
  await stopped
  proxy.close()
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

test('a body that is no shipment is refused with a reason', async ({ system }) => {
  const { url, stop } = await startShipping(system.services, {})
  const refusal = async (body: string) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/shipments`, { method: 'POST', headers, body })
    const { error } = (await response.json()) as { error: { code: string } }
    return [response.status, error.code]
  }
  expect(await refusal('{')).toEqual([400, 'bad_request'])
  expect(await refusal('{}')).toEqual([400, 'bad_request'])
  expect(await refusal(JSON.stringify('x'.repeat(20_000)))).toEqual([413, 'too_large'])
  await stop()
})
