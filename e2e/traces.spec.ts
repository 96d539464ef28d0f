import { buy, GOOD_CARD, goToCheckout, REFUSED_CARD } from './checkout.ts'
import { type ExpectedSpan, expectTrace } from './expect-trace.ts'
import { expect, test } from './fixtures.ts'
import type { SpanNode } from './trace.ts'

const SERVICES = ['backend', 'fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']

test('a click on Buy is one trace of six services, complete within five seconds', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'enamel-mug', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  const root = await expectTrace(
    system.uiUrl,
    traceId,
    {
      ...clickBuy([
        orderRequest({
          attributes: { 'http.request.method': 'POST', 'http.response.status_code': 201 },
          children: [
            client('shop', 'get CARTS'),
            client('shop', 'SELECT products'),
            inventoryCall('reserve', ['UPDATE stock']),
            {
              ...client('shop', 'POST'),
              children: [paymentsServer({ children: [client('backend', 'INSERT payments')] })],
            },
            client('shop', 'INSERT orders'),
            {
              service: 'shop',
              name: 'send orders',
              kind: 'producer',
              children: [
                {
                  service: 'fulfilment',
                  name: 'process orders',
                  kind: 'consumer',
                  children: [client('fulfilment', 'UPDATE orders')],
                },
              ],
            },
            client('shop', 'delete CARTS'),
          ],
        }),
        { service: 'shop-web', name: 'navigate /orders/:id', kind: 'internal' },
        // The order's page asks until the order is packed.
        { ...client('shop-web', 'GET'), children: [apiServer('GET', 'GET /api/orders/:id')], repeated: true },
      ]),
      status: 'unset',
    },
    { timeoutMillis: 5000 },
  )
  const spans = flatten(root)
  expect(spans.every((span) => span.traceId === traceId)).toBe(true)
  expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual(SERVICES)
  const producer = spans.find(({ name }) => name === 'send orders')
  const consumer = spans.find(({ name }) => name === 'process orders')
  expect(consumer?.links).toEqual([`${traceId}-${producer?.spanId}`])

  const search = new URLSearchParams({
    'query.service_name': 'shop-web',
    'query.operation_name': 'click Buy',
    'query.start_time_min': new Date(Date.now() - 60_000).toISOString(),
    'query.start_time_max': new Date(Date.now() + 60_000).toISOString(),
    'query.search_depth': '20',
    // The same, as Jaeger 2.13 calls it.
    'query.num_traces': '20',
  })
  const found = await fetch(`${system.uiUrl}/api/v3/traces?${search}`)
  expect(await found.text()).toContain(traceId)
})

test('what is sold out is an error of those who asked for it', async ({ page, system }) => {
  await goToCheckout(page, { productId: 'last-umbrella', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(409)
  await expectTrace(
    system.uiUrl,
    traceId,
    clickBuy([
      orderRequest({
        status: 'error',
        attributes: { 'http.response.status_code': 409, 'error.type': '409' },
        server: { status: 'unset', attributes: { 'http.response.status_code': 409 } },
        children: [
          client('shop', 'get CARTS'),
          client('shop', 'SELECT products'),
          inventoryCall('reserve', ['UPDATE stock', 'SELECT stock']),
        ],
      }),
    ]),
  )
})

test('a refused card is an error of those who asked, and the stock goes back in the same trace', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'canvas-tote', card: REFUSED_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(402)
  await expectTrace(
    system.uiUrl,
    traceId,
    clickBuy([
      orderRequest({
        status: 'error',
        attributes: { 'http.response.status_code': 402, 'error.type': '402' },
        server: { status: 'unset', attributes: { 'http.response.status_code': 402 } },
        children: [
          client('shop', 'get CARTS'),
          client('shop', 'SELECT products'),
          inventoryCall('reserve', ['UPDATE stock']),
          { ...client('shop', 'POST'), status: 'error', children: [paymentsServer({ status: 'unset' })] },
          inventoryCall('release', ['UPDATE stock']),
        ],
      }),
    ]),
  )
})

test('payments that are down are an error from the call to them up to the page', async ({ page, system }) => {
  await system.backend.stop()
  try {
    await goToCheckout(page, { productId: 'merino-socks', card: GOOD_CARD })
    const { response, traceId } = await buy(page)
    expect(response.status()).toBe(502)
    await expectTrace(
      system.uiUrl,
      traceId,
      clickBuy([
        orderRequest({
          status: 'error',
          attributes: { 'http.response.status_code': 502, 'error.type': '502' },
          server: { status: 'error', attributes: { 'http.response.status_code': 502, 'error.type': '502' } },
          children: [
            client('shop', 'get CARTS'),
            client('shop', 'SELECT products'),
            inventoryCall('reserve', ['UPDATE stock']),
            { ...client('shop', 'POST'), status: 'error', children: [] },
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
  await expectTrace(system.uiUrl, traceId, {
    service: 'gateway',
    name: 'GET /*',
    kind: 'server',
    children: [
      client('gateway', 'fetch ASSETS'),
      {
        service: 'shop-web',
        name: 'load /',
        kind: 'internal',
        children: [
          { ...client('shop-web', 'GET'), children: [apiServer('GET', 'GET /api/products')] },
          { ...client('shop-web', 'GET'), children: [apiServer('GET', 'GET /api/cart')] },
          {
            ...client('shop-web', 'GET'),
            children: [{ service: 'gateway', name: 'GET /config.json', kind: 'server', children: [] }],
          },
        ],
      },
    ],
  })
})

function clickBuy(children: readonly ExpectedSpan[]): ExpectedSpan {
  return {
    service: 'shop-web',
    name: 'click Buy',
    kind: 'internal',
    attributes: { 'throughline.action.type': 'click', 'throughline.action.end_reason': 'done' },
    children,
  }
}

interface Order {
  /** Of each span on the asking side: the browser's and the gateway's. */
  readonly status?: 'error' | 'unset'
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of the shop's server span, and the gateway's. */
  readonly server?: Pick<ExpectedSpan, 'status' | 'attributes'>
  readonly children: readonly ExpectedSpan[]
}

function orderRequest({
  status = 'unset',
  attributes,
  server = { status: 'unset' },
  children,
}: Order): ExpectedSpan {
  return {
    ...client('shop-web', 'POST'),
    status,
    attributes,
    children: [
      {
        service: 'gateway',
        name: 'POST /api/*',
        kind: 'server',
        ...server,
        children: [
          {
            ...client('gateway', 'fetch SHOP'),
            status,
            children: [{ service: 'shop', name: 'POST /api/orders', kind: 'server', ...server, children }],
          },
        ],
      },
    ],
  }
}

/** What the gateway makes of a call of the API that the shop answers under `route`. */
function apiServer(method: string, route: string): ExpectedSpan {
  const shop: ExpectedSpan = { service: 'shop', name: route, kind: 'server' }
  const gateway = { ...client('gateway', 'fetch SHOP'), children: [shop] }
  return { service: 'gateway', name: `${method} /api/*`, kind: 'server', children: [gateway] }
}

/** A call of the inventory: its RPC, the Durable Object behind it, and that one's storage. */
function inventoryCall(method: string, queries: readonly string[]): ExpectedSpan {
  return {
    ...client('shop', `INVENTORY.${method}`),
    children: [
      {
        service: 'inventory',
        name: method,
        kind: 'server',
        children: [
          {
            ...client('inventory', `WAREHOUSE.${method}`),
            children: [
              {
                service: 'inventory',
                name: method,
                kind: 'server',
                children: queries.map((query) => client('inventory', query)),
              },
            ],
          },
        ],
      },
    ],
  }
}

function paymentsServer(rest: Pick<ExpectedSpan, 'status' | 'children'>): ExpectedSpan {
  return { service: 'backend', name: 'POST /payments', kind: 'server', ...rest }
}

function client(service: string, name: string): ExpectedSpan {
  return { service, name, kind: 'client' }
}

function flatten(node: SpanNode): SpanNode[] {
  return [node, ...node.children.flatMap(flatten)]
}
