import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCustomer, GOOD_CARD } from './customer.ts'
import { type Shop, startShop } from './start-shop.ts'

let answer: RequestListener = () => {}
const payments = createServer((request, response) => answer(request, response))
let shop: Shop

beforeAll(async () => {
  await new Promise<void>((resolve) => payments.listen(0, resolve))
  const backendUrl = `http://localhost:${(payments.address() as AddressInfo).port}`
  shop = await startShop({ backendUrl, otlpEndpoint: 'http://localhost:1' })
})
afterAll(async () => {
  await shop?.stop()
  payments.closeAllConnections()
  payments.close()
})

it('payments that answered too late are asked for the same order when Buy is pressed again', async () => {
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
  // Another cart is another order.
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
