import { flatten, type ReceivedSpan, statusOf } from '@throughline/otel-testing'
import { buy, GOOD_CARD, goToCheckout } from '../checkout.ts'
import {
  acceptedOrder,
  acceptedPayment,
  clickBuy,
  client,
  expectTree,
  inventoryCall,
  orderRequest,
} from '../expected-spans.ts'
import { fetchTrace } from '../trace.ts'
import { expect, test } from './fixtures.ts'
import { readMetrics } from './metrics.ts'

const ALL_SERVICES = ['backend', 'fulfilment', 'gateway', 'inventory', 'shop', 'shop-web']

test('a click on Buy is one tree in Jaeger, by gateway, relay and Collector, without the card number', async ({
  page,
  system,
}) => {
  await goToCheckout(page, { productId: 'enamel-mug', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  const root = await expectTree(
    system.uiUrl,
    traceId,
    acceptedOrder({
      payment: acceptedPayment(),
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 201 },
    }),
    { timeoutMillis: 30_000 },
  )
  const spans = flatten(root)
  expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual(ALL_SERVICES)
  expect(JSON.stringify(spans)).not.toMatch(/4242[ +]?4242/)
})

test('an error is kept, from the shop up to the page', async ({ page, system }) => {
  await goToCheckout(page, { productId: 'last-umbrella', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(409)
  const status = { 'http.response.status_code': 409 }
  const children = [
    client('shop', 'get CARTS'),
    client('shop', 'SELECT products'),
    inventoryCall('reserve', ['UPDATE stock', 'SELECT stock']),
  ]
  const order = {
    status: 'ERROR',
    attributes: status,
    server: { status: 'UNSET', attributes: status },
    children,
  } as const
  await expectTree(system.uiUrl, traceId, clickBuy([orderRequest(order)]), { timeoutMillis: 30_000 })
})

test('the metrics count the spans that Jaeger has', async ({ system }) => {
  const counted = async () => {
    const calls = new Map<string, number>()
    for (const { name, labels, value } of await readMetrics(system.machine.metricsUrl)) {
      if (name !== 'traces_span_metrics_calls_total') continue
      const key = `${labels.service_name} ${labels.span_name} ${labels.status_code}`
      calls.set(key, (calls.get(key) ?? 0) + value)
    }
    return calls
  }
  const differences = async () => {
    // Read before Jaeger, so that a span that arrives in between is a difference and not hidden.
    const calls = await counted()
    const stored = new Map<string, number>()
    for (const span of await allSpans(system.uiUrl)) {
      const key = `${span.service} ${span.name} STATUS_CODE_${statusOf(span)}`
      stored.set(key, (stored.get(key) ?? 0) + 1)
    }
    const keys = new Set([...calls.keys(), ...stored.keys()])
    return [...keys].filter((key) => calls.get(key) !== stored.get(key))
  }
  await expect.poll(differences).toEqual([])
  expect([...(await counted()).keys()].some((key) => key.startsWith('shop-web click Buy'))).toBe(true)
})

test('an order while the Collector is killed is stored by all services once it is back', async ({
  page,
  system,
}) => {
  await system.machine.collector.kill()
  await goToCheckout(page, { productId: 'steel-flask', card: GOOD_CARD })
  const { response, traceId } = await buy(page)
  expect(response.status()).toBe(201)
  await expect(page.getByRole('main')).toContainText('packed and on its way')
  await system.machine.startCollector()
  await page.goto('/')
  const services = async () =>
    [...new Set((await fetchTrace(system.uiUrl, traceId)).map(({ service }) => service))].sort()
  await expect.poll(services, { timeout: 60_000 }).toEqual(ALL_SERVICES)
})

/** All spans in Jaeger, each once. */
async function allSpans(uiUrl: string): Promise<ReceivedSpan[]> {
  const { services } = (await (await fetch(`${uiUrl}/api/v3/services`)).json()) as { services: string[] }
  const traceIds = new Set<string>()
  for (const service of services) {
    const search = new URLSearchParams({
      'query.service_name': service,
      'query.start_time_min': new Date(Date.now() - 3_600_000).toISOString(),
      'query.start_time_max': new Date(Date.now() + 60_000).toISOString(),
      'query.search_depth': '1000',
      // The same in Jaeger 2.13.
      'query.num_traces': '1000',
    })
    const found = await (await fetch(`${uiUrl}/api/v3/traces?${search}`)).text()
    for (const [, traceId = ''] of found.matchAll(/"traceId":"([0-9a-f]{32})"/g)) traceIds.add(traceId)
  }
  const traces = await Promise.all([...traceIds].map((traceId) => fetchTrace(uiUrl, traceId)))
  return traces.flat()
}
