import { expectTree } from '../expected-spans.ts'
import { fetchTrace } from '../trace.ts'
import { bookedShipment, bookingSteps, dispatched, publication } from './expected-shipping.ts'
import { expect, test } from './fixtures.ts'
import { publishRaw, sendRaw, takeRaw, urlOf } from './raw-messages.ts'
import { isOf, linesOf, newId, PARENT, ship, startShipping } from './ship.ts'
import { startTcpProxy } from './tcp-proxy.ts'

test.beforeEach(({ system }) => {
  test.skip(
    system.services.shippingUrl === undefined,
    'RabbitMQ or the modules of the Node services are missing',
  )
})

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
  await sendRaw(services, 'shipments.dispatched', `no shipment of ${orderId}`)
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
  const settlements = () =>
    discarded('settlement').filter(({ error }) => /not a shipment/.test(String(error)))
  await expect.poll(() => settlements().length).toBe(1)
  await expectTree(uiUrl, String(settlements()[0]?.trace_id), {
    service: 'settlement',
    name: 'shipments.dispatched receive',
    kind: 'CONSUMER',
    children: [{ name: 'shipments.dispatched process', kind: 'CONSUMER', status: 'ERROR', children: [] }],
  })
})

test('a trace that is not sampled has no spans behind RabbitMQ and Kafka, and its id in the lines of the log', async ({
  system,
}) => {
  const { services, log, uiUrl } = system
  const [unsampled, sampled] = [newId(), newId()]
  const recorded = (orderId: string) => linesOf(log, 'settlement', 'dispatch recorded').filter(isOf(orderId))
  for (const traceId of [unsampled, sampled]) {
    const flags = traceId === unsampled ? '00' : '01'
    expect((await ship(services.shippingUrl, { orderId: traceId, traceId, flags })).status).toBe(201)
    await expect.poll(() => recorded(traceId).map(({ trace_id: id }) => id)).toEqual([traceId])
  }
  // The spans of both would leave in the same batches.
  await expectTree(uiUrl, sampled, { ...bookedShipment({ orderId: sampled }), parentSpanId: PARENT })
  expect(await fetchTrace(uiUrl, unsampled)).toEqual([])
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
