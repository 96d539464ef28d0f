import { generateSpanId, generateTraceId } from '@throughline/otel-shared'
import { type ExpectedSpan, expectTrace, flatten, type SpanNode } from '@throughline/otel-testing'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, createCustomer, GOOD_CARD, REFUSED_CARD } from './customer.ts'
import { type Backend, startBackend } from './start-backend.ts'
import { type Shop, startShop } from './start-shop.ts'

const CART_READ = [client('shop', 'get CARTS'), client('shop', 'SELECT products')]
const RELEASE = inventory('release', 'UPDATE stock')
const PAYMENT = client(
  'shop',
  'POST',
  server('backend', 'POST /payments', client('backend', 'INSERT payments')),
)
const FULFILMENT: Node = {
  ...client('fulfilment', 'process orders', client('fulfilment', 'UPDATE orders')),
  kind: 'CONSUMER',
}
const ORDER_STORED: readonly Node[] = [
  client('shop', 'INSERT orders'),
  { ...client('shop', 'send orders', FULFILMENT), kind: 'PRODUCER' },
  client('shop', 'delete CARTS'),
]

let collector: Collector
let backend: Backend
let shop: Shop

beforeAll(async () => {
  collector = await startCollector()
  backend = await startBackend(collector.url)
  shop = await startShop({ backendUrl: backend.url, otlpEndpoint: collector.url })
})
afterAll(async () => {
  await shop?.stop()
  await backend?.stop()
  await collector?.close()
})

it('an order is one trace of six services', async () => {
  const { traceId, status } = await buy('enamel-mug', GOOD_CARD)
  expect(status).toBe(201)
  const order = [...CART_READ, reserve('UPDATE stock'), PAYMENT, ...ORDER_STORED]
  const spans = flatten(await expectTree(traceId, click({ children: order })))
  const producer = spans.find(({ name }) => name === 'send orders')
  const consumer = spans.find(({ name }) => name === 'process orders')
  expect(consumer?.links).toMatchObject([{ traceId, spanId: producer?.spanId }])
})

it('a product that is sold out is an error in the spans of the callers, not in that of the shop', async () => {
  const { traceId, status } = await buy('last-umbrella', GOOD_CARD)
  expect(status).toBe(409)
  const children = [...CART_READ, reserve('UPDATE stock', 'SELECT stock')]
  await expectTree(traceId, click({ callers: 'ERROR', children }))
})

it('a declined card is an error in the spans of the callers, and the stock is released in the same trace', async () => {
  const { traceId, status } = await buy('canvas-tote', REFUSED_CARD)
  expect(status).toBe(402)
  const refused = { ...client('shop', 'POST', server('backend', 'POST /payments')), status: 'ERROR' } as const
  const children = [...CART_READ, reserve('UPDATE stock'), refused, RELEASE]
  await expectTree(traceId, click({ callers: 'ERROR', children }))
})

it('orders placed at the same time are fulfilled each in its own trace', async () => {
  const orders = await Promise.all(
    ['steel-flask', 'storm-lantern', 'rain-jacket'].map((id) => buy(id, GOOD_CARD)),
  )
  const order = [...CART_READ, reserve('UPDATE stock'), PAYMENT, ...ORDER_STORED]
  for (const { traceId } of orders) await expectTree(traceId, click({ children: order }))
})

it('a page that is loaded is a trace of its own', async () => {
  const response = await shop.fetch('/products/enamel-mug', { headers: { accept: 'text/html' } })
  await response.text()
  const [traceId = ''] = traceIdsOf(response)
  await expectTree(traceId, server('gateway', 'GET /*', client('gateway', 'fetch ASSETS')))
})

it.each([
  ['a malformed traceparent', { traceparent: '00-nonsense-01', 'sec-fetch-site': 'same-origin' }],
  [
    'the traceparent of another site',
    { traceparent: `00-${'5'.repeat(32)}-${'6'.repeat(16)}-01`, 'sec-fetch-site': 'cross-site' },
  ],
])('%s starts a new trace', async (_, headers) => {
  const response = await shop.fetch('/api/products/enamel-mug', { headers })
  await response.text()
  const [traceId = '', ...others] = traceIdsOf(response)
  expect(others).toEqual([])
  const { children, ...root } = server('gateway', 'GET /api/*')
  await expectTree(traceId, root)
  expect(collector.spans().filter((span) => span.traceId === '5'.repeat(32))).toEqual([])
})

// This test is the last one, because the payments service is not started again.
it('an unreachable payments service is an error in each span up to the caller', async () => {
  await backend.stop()
  const { traceId, status } = await buy('merino-socks', GOOD_CARD)
  expect(status).toBe(502)
  const failed = { ...client('shop', 'POST'), status: 'ERROR' } as const
  const children = [...CART_READ, reserve('UPDATE stock'), failed, RELEASE]
  await expectTree(traceId, click({ callers: 'ERROR', servers: 'ERROR', children }))
})

type Node = Required<Pick<ExpectedSpan, 'service' | 'name' | 'kind' | 'status' | 'children'>>

function client(service: string, name: string, ...children: readonly Node[]): Node {
  return { service, name, kind: 'CLIENT', status: 'UNSET', children }
}

function server(service: string, name: string, ...children: readonly Node[]): Node {
  return { service, name, kind: 'SERVER', status: 'UNSET', children }
}

interface Click {
  /** Status of the page's request and of the gateway's. Default: UNSET. */
  readonly callers?: 'ERROR'
  /** Status of the server spans of gateway and shop. Default: UNSET. */
  readonly servers?: 'ERROR'
  /** The spans of the shop for the order. */
  readonly children: readonly Node[]
}

function click({ callers, servers, children }: Click): Node {
  const [callerStatus, serverStatus] = [callers ?? 'UNSET', servers ?? 'UNSET'] as const
  const order = { ...server('shop', 'POST /api/orders', ...children), status: serverStatus }
  const binding = { ...client('gateway', 'fetch SHOP', order), status: callerStatus }
  const gateway = { ...server('gateway', 'POST /api/*', binding), status: serverStatus }
  const request = { ...client('shop-web', 'POST', gateway), status: callerStatus }
  return {
    service: 'shop-web',
    name: 'click Buy',
    kind: 'INTERNAL',
    status: 'UNSET',
    children: [request],
  }
}

/** A call of the inventory: its RPC, the Durable Object behind it, and the queries of that. */
function inventory(method: string, ...queries: readonly string[]): Node {
  const object = server('inventory', method, ...queries.map((query) => client('inventory', query)))
  return client(
    'shop',
    `INVENTORY.${method}`,
    server('inventory', method, client('inventory', `WAREHOUSE.${method}`, object)),
  )
}

function reserve(...queries: readonly string[]): Node {
  return inventory('reserve', ...queries)
}

/** Waits until the trace equals the tree, with its spans in this order. */
function expectTree(traceId: string, expected: ExpectedSpan): Promise<SpanNode> {
  return expectTrace(collector, expected, {
    traceId,
    isOrdered: true,
    resourceAttributes: ['service.version', 'service.instance.id', 'host.id'],
  })
}

function traceIdsOf({ headers }: Response): string[] {
  const timing = headers.get('server-timing') ?? ''
  return [...timing.matchAll(/traceparent;desc="00-([0-9a-f]{32})-/g)].map(([, traceId = '']) => traceId)
}

/** Puts a product into a new cart and buys it by a click, whose two spans the page sends afterwards. */
async function buy(productId: string, card: string): Promise<Answer & { traceId: string }> {
  const customer = createCustomer(shop)
  await customer.put(`/api/cart/items/${productId}`, { quantity: 1 })
  const [traceId, clickId, fetchId] = [generateTraceId(), generateSpanId(), generateSpanId()]
  const start = Date.now()
  const answer = await customer.post('/api/orders', { card }, { traceparent: `00-${traceId}-${fetchId}-01` })
  const times = { startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${Date.now()}000000` }
  const status = { code: answer.status >= 400 ? 2 : 0 }
  await relay([
    { traceId, spanId: clickId, name: 'click Buy', kind: 1, ...times },
    { traceId, spanId: fetchId, parentSpanId: clickId, name: 'POST', kind: 3, status, ...times },
  ])
  return { ...answer, traceId }
}

async function relay(spans: readonly object[]): Promise<void> {
  const attributes = Object.entries({
    'service.name': 'shop-web',
    'service.version': '0.1.0',
    'service.instance.id': 'page',
    'host.id': 'page',
  }).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const response = await shop.fetch('/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
  })
  expect([response.status, await response.json()]).toEqual([200, {}])
}
