import { generateSpanId, generateTraceId } from '@throughline/otel-shared'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Answer, createCustomer, GOOD_CARD, REFUSED_CARD } from './customer.ts'
import { type Backend, startBackend } from './start-backend.ts'
import { type Shop, startShop } from './start-shop.ts'
import { startTraces, type Traces } from './start-traces.ts'

let traces: Traces
let backend: Backend
let shop: Shop

beforeAll(async () => {
  traces = await startTraces()
  backend = await startBackend(traces.otlpEndpoint)
  shop = await startShop({ backendUrl: backend.url, otlpEndpoint: traces.otlpEndpoint })
})
afterAll(async () => {
  await shop?.stop()
  await backend?.stop()
  await traces?.stop()
})

it('an order is one trace of six services', async () => {
  const { traceId, status } = await buy('enamel-mug', GOOD_CARD)
  expect(status).toBe(201)
  await expectTree(traceId, [
    'shop-web · click Buy · internal',
    '  shop-web · POST · client',
    '    gateway · POST /api/* · server',
    '      gateway · fetch SHOP · client',
    '        shop · POST /api/orders · server',
    '          shop · get CARTS · client',
    '          shop · SELECT products · client',
    '          shop · INVENTORY.reserve · client',
    '            inventory · reserve · server',
    '              inventory · WAREHOUSE.reserve · client',
    '                inventory · reserve · server',
    '                  inventory · UPDATE stock · client',
    '          shop · POST · client',
    '            backend · POST /payments · server',
    '              backend · INSERT payments · client',
    '          shop · INSERT orders · client',
    '          shop · send orders · producer',
    '            fulfilment · process orders · consumer',
    '              fulfilment · UPDATE orders · client',
    '          shop · delete CARTS · client',
  ])
  const producer = traces.spansOf(traceId).find(({ name }) => name === 'send orders')
  const consumer = traces.spansOf(traceId).find(({ name }) => name === 'process orders')
  expect(consumer?.links).toMatchObject([{ traceId, spanId: producer?.spanId }])
  for (const { resource } of traces.spansOf(traceId)) {
    expect(resource).toMatchObject({
      'service.version': expect.stringMatching(/./),
      'service.instance.id': expect.stringMatching(/./),
      'host.id': expect.stringMatching(/./),
    })
  }
})

it('something sold out is an error of its callers, not of the shop', async () => {
  const { traceId, status } = await buy('last-umbrella', GOOD_CARD)
  expect(status).toBe(409)
  await expectTree(traceId, [
    'shop-web · click Buy · internal',
    '  shop-web · POST · client · ERROR',
    '    gateway · POST /api/* · server',
    '      gateway · fetch SHOP · client · ERROR',
    '        shop · POST /api/orders · server',
    '          shop · get CARTS · client',
    '          shop · SELECT products · client',
    '          shop · INVENTORY.reserve · client',
    '            inventory · reserve · server',
    '              inventory · WAREHOUSE.reserve · client',
    '                inventory · reserve · server',
    '                  inventory · UPDATE stock · client',
    '                  inventory · SELECT stock · client',
  ])
})

it('a refused card is an error of its callers, and the stock goes back in the same trace', async () => {
  const { traceId, status } = await buy('canvas-tote', REFUSED_CARD)
  expect(status).toBe(402)
  await expectTree(traceId, [
    'shop-web · click Buy · internal',
    '  shop-web · POST · client · ERROR',
    '    gateway · POST /api/* · server',
    '      gateway · fetch SHOP · client · ERROR',
    '        shop · POST /api/orders · server',
    '          shop · get CARTS · client',
    '          shop · SELECT products · client',
    '          shop · INVENTORY.reserve · client',
    '            inventory · reserve · server',
    '              inventory · WAREHOUSE.reserve · client',
    '                inventory · reserve · server',
    '                  inventory · UPDATE stock · client',
    '          shop · POST · client · ERROR',
    '            backend · POST /payments · server',
    '          shop · INVENTORY.release · client',
    '            inventory · release · server',
    '              inventory · WAREHOUSE.release · client',
    '                inventory · release · server',
    '                  inventory · UPDATE stock · client',
  ])
})

it('orders placed at the same time are fulfilled each in its own trace', async () => {
  const orders = await Promise.all(
    ['steel-flask', 'storm-lantern', 'rain-jacket'].map((id) => buy(id, GOOD_CARD)),
  )
  for (const { traceId } of orders) {
    await vi.waitFor(
      () =>
        expect(traces.treeOf(traceId).slice(-5)).toEqual([
          '          shop · INSERT orders · client',
          '          shop · send orders · producer',
          '            fulfilment · process orders · consumer',
          '              fulfilment · UPDATE orders · client',
          '          shop · delete CARTS · client',
        ]),
      { timeout: 10_000, interval: 100 },
    )
  }
})

it('a page that is loaded is a trace of its own', async () => {
  const response = await shop.fetch('/products/enamel-mug', { headers: { accept: 'text/html' } })
  await response.text()
  const timing = response.headers.get('server-timing') ?? ''
  const traceId = /traceparent;desc="00-([0-9a-f]{32})-/.exec(timing)?.[1]
  await expectTree(String(traceId), ['gateway · GET /* · server', '  gateway · fetch ASSETS · client'])
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
  const timing = response.headers.get('server-timing') ?? ''
  const traceIds = [...timing.matchAll(/traceparent;desc="00-([0-9a-f]{32})-/g)].map((match) => match[1])
  expect(traceIds).toHaveLength(1)
  await vi.waitFor(() => {
    expect(traces.treeOf(String(traceIds[0]))[0]).toBe('gateway · GET /api/* · server')
  })
  expect(traces.spansOf('5'.repeat(32))).toEqual([])
})

// The last one: payments do not come back.
it('payments that are away are an error all the way up', async () => {
  await backend.stop()
  const { traceId, status } = await buy('merino-socks', GOOD_CARD)
  expect(status).toBe(502)
  await expectTree(traceId, [
    'shop-web · click Buy · internal',
    '  shop-web · POST · client · ERROR',
    '    gateway · POST /api/* · server · ERROR',
    '      gateway · fetch SHOP · client · ERROR',
    '        shop · POST /api/orders · server · ERROR',
    '          shop · get CARTS · client',
    '          shop · SELECT products · client',
    '          shop · INVENTORY.reserve · client',
    '            inventory · reserve · server',
    '              inventory · WAREHOUSE.reserve · client',
    '                inventory · reserve · server',
    '                  inventory · UPDATE stock · client',
    '          shop · POST · client · ERROR',
    '          shop · INVENTORY.release · client',
    '            inventory · release · server',
    '              inventory · WAREHOUSE.release · client',
    '                inventory · release · server',
    '                  inventory · UPDATE stock · client',
  ])
})

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

async function expectTree(traceId: string, lines: readonly string[]): Promise<void> {
  await vi.waitFor(() => expect(traces.treeOf(traceId)).toEqual(lines), { timeout: 10_000, interval: 100 })
}
