import { flatten } from '@throughline/otel-testing'
import { buy, GOOD_CARD, goToCheckout, REFUSED_CARD } from './checkout.ts'
import {
  acceptedOrder,
  acceptedPayment,
  apiServer,
  clickBuy,
  client,
  expectTree,
  inventoryCall,
  orderRequest,
  paymentsServer,
} from './expected-spans.ts'
import { expect, test } from './fixtures.ts'

const SERVICES = ['backend', 'fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']

test('a click on Buy is one trace of six services, complete within five seconds', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'enamel-mug', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  const root = await expectTree(
    system.uiUrl,
    traceId,
    {
      ...acceptedOrder({
        attributes: { 'http.request.method': 'POST', 'http.response.status_code': 201 },
        payment: acceptedPayment(),
      }),
      status: 'UNSET',
    },
    { timeoutMillis: 5000 },
  )
  const spans = flatten(root)
  expect(spans.every((span) => span.traceId === traceId)).toBe(true)
  expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual(SERVICES)
  const producer = spans.find(({ name }) => name === 'send orders')
  const consumer = spans.find(({ name }) => name === 'process orders')
  expect(consumer?.links).toMatchObject([{ traceId, spanId: producer?.spanId }])
  expect(consumer?.links).toHaveLength(1)

  const search = new URLSearchParams({
    'query.service_name': 'shop-web',
    'query.operation_name': 'click Buy',
    'query.start_time_min': new Date(Date.now() - 60_000).toISOString(),
    'query.start_time_max': new Date(Date.now() + 60_000).toISOString(),
    'query.search_depth': '20',
    // The same span under its name in Jaeger 2.13.
    'query.num_traces': '20',
  })
  const found = await fetch(`${system.uiUrl}/api/v3/traces?${search}`)
  expect(await found.text()).toContain(traceId)
})

test('a product that is sold out is an error in the spans of the callers', async ({ page, system }) => {
  await goToCheckout(page, { productId: 'last-umbrella', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(409)
  await expectTree(
    system.uiUrl,
    traceId,
    clickBuy([
      orderRequest({
        status: 'ERROR',
        attributes: { 'http.response.status_code': 409, 'error.type': '409' },
        server: { status: 'UNSET', attributes: { 'http.response.status_code': 409 } },
        children: [
          client('shop', 'get CARTS'),
          client('shop', 'SELECT products'),
          inventoryCall('reserve', ['UPDATE stock', 'SELECT stock']),
        ],
      }),
    ]),
  )
})

test('a declined card is an error in the spans of the callers, and the stock is released in the same trace', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'canvas-tote', card: REFUSED_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(402)
  await expectTree(
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
          { ...client('shop', 'POST'), status: 'ERROR', children: [paymentsServer({ status: 'UNSET' })] },
          inventoryCall('release', ['UPDATE stock']),
        ],
      }),
    ]),
  )
})

test('an unreachable payments service is an error in each span from the call up to the page', async ({
  page,
  system,
}) => {
  await system.backend.stop()
  try {
    await goToCheckout(page, { productId: 'merino-socks', card: GOOD_CARD })
    const { response, traceId } = await buy(page)
    expect(response.status()).toBe(502)
    await expectTree(
      system.uiUrl,
      traceId,
      clickBuy([
        orderRequest({
          status: 'ERROR',
          attributes: { 'http.response.status_code': 502, 'error.type': '502' },
          server: { status: 'ERROR', attributes: { 'http.response.status_code': 502, 'error.type': '502' } },
          children: [
            client('shop', 'get CARTS'),
            client('shop', 'SELECT products'),
            inventoryCall('reserve', ['UPDATE stock']),
            { ...client('shop', 'POST'), status: 'ERROR', children: [] },
            inventoryCall('release', ['UPDATE stock']),
          ],
        }),
      ]),
    )
  } finally {
    await system.startBackend()
  }
})

test('a page that is loaded continues the trace of its HTML', async ({ page, system }) => {
  const document = await page.goto('/')
  const timing = (await document?.allHeaders())?.['server-timing'] ?? ''
  const traceId = /traceparent;desc="00-([0-9a-f]{32})-/.exec(timing)?.[1] ?? ''
  await expectTree(system.uiUrl, traceId, {
    service: 'gateway',
    name: 'GET /*',
    kind: 'SERVER',
    children: [
      client('gateway', 'fetch ASSETS'),
      {
        service: 'shop-web',
        name: 'load /',
        kind: 'INTERNAL',
        children: [
          { ...client('shop-web', 'GET /api/products'), children: [apiServer('GET', 'GET /api/products')] },
          { ...client('shop-web', 'GET /api/cart'), children: [apiServer('GET', 'GET /api/cart')] },
          {
            // The route is read by the extras, which can be loaded later.
            ...client('shop-web', /^GET(?: \/config\.json)?$/),
            children: [{ service: 'gateway', name: 'GET /config.json', kind: 'SERVER', children: [] }],
          },
        ],
      },
    ],
  })
})
