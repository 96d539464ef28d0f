import type { RequestListener } from 'node:http'
import { type HttpServer, startHttpServer } from '@throughline/otel-testing/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCustomer, GOOD_CARD } from './customer.ts'
import { type Shop, startShop } from './start-shop.ts'

let answer: RequestListener = () => {}
let payments: HttpServer
let shop: Shop

beforeAll(async () => {
  payments = await startHttpServer((request, response) => answer(request, response))
  shop = await startShop({ backendUrl: payments.url, otlpEndpoint: 'http://localhost:1' })
})
afterAll(async () => {
  await shop?.stop()
  await payments?.close()
})

it('after a late response of the payments service, the next click on Buy pays for the same order', async () => {
  const asked: string[] = []
  answer = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push((JSON.parse(body) as { orderId: string }).orderId)
    if (asked.length > 1) response.writeHead(201).end('{"paymentId":"one"}')
    else request.socket.destroy()
  }
  const customer = createCustomer(shop)
  await customer.put('/api/cart/items/enamel-mug', { quantity: 1 })
  expect((await customer.post('/api/orders', { card: GOOD_CARD })).status).toBe(502)
  const { status, body } = await customer.post('/api/orders', { card: GOOD_CARD })
  expect(status).toBe(201)
  expect(body).toMatchObject({ orderId: asked[0] })
  // A new cart has a new order id.
  await customer.put('/api/cart/items/canvas-tote', { quantity: 1 })
  await customer.put('/api/cart/items/canvas-tote', { quantity: 2 })
  expect((await customer.post('/api/orders', { card: GOOD_CARD })).status).toBe(201)
  expect(asked).toEqual([asked[0], asked[0], expect.not.stringMatching(asked[0] ?? '')])
})

it.each<[string, RequestListener]>([
  ['cuts the connection', (request) => request.socket.destroy()],
  ['answers with an error', (_, response) => response.writeHead(500).end('{}')],
  ['answers with what is no JSON', (_, response) => response.writeHead(201).end('<h1>Welcome</h1>')],
  ['answers without a payment id', (_, response) => response.writeHead(201).end('{}')],
  ['does not answer within five seconds', () => {}],
])('payments %s: the order is 502, the cart is kept, the stock is back', async (_, listener) => {
  answer = listener
  const customer = createCustomer(shop)
  await customer.put('/api/cart/items/enamel-mug', { quantity: 3 })
  const { status, body } = await customer.post('/api/orders', { card: GOOD_CARD })
  expect([status, body]).toEqual([
    502,
    {
      error: {
        code: 'payment_unavailable',
        message: 'Payments cannot be made right now. Please try again later.',
      },
    },
  ])
  expect((await customer.get('/api/products/enamel-mug')).body).toMatchObject({ stock: 479 })
  expect((await customer.get('/api/cart')).body).toMatchObject({ totalCents: 5400 })
})
