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
  expect((await customer.get('/api/products/enamel-mug')).body).toMatchObject({ stock: 480 })
  expect((await customer.get('/api/cart')).body).toMatchObject({ totalCents: 5400 })
})
