import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createCustomer, GOOD_CARD, REFUSED_CARD } from './customer.ts'
import { type Backend, startBackend } from './start-backend.ts'
import { type Shop, startShop } from './start-shop.ts'

const NO_COLLECTOR = 'http://localhost:1'

let backend: Backend
let shop: Shop

beforeAll(async () => {
  backend = await startBackend(NO_COLLECTOR)
  shop = await startShop({ backendUrl: backend.url, otlpEndpoint: NO_COLLECTOR })
})
afterAll(async () => {
  await shop?.stop()
  await backend?.stop()
})

describe('the catalogue', () => {
  it('the catalogue has eight products with price and stock', async () => {
    const { status, body } = await createCustomer(shop).get('/api/products')
    expect(status).toBe(200)
    expect(body).toMatchObject({ products: { length: 8 } })
    expect(body).toMatchObject({
      products: expect.arrayContaining([
        expect.objectContaining({ id: 'enamel-mug', name: 'Enamel Mug', priceCents: 1800, image: 'mug' }),
        expect.objectContaining({ id: 'last-umbrella', stock: 0 }),
      ]),
    })
  })

  it.each([
    ['RAIN', ['wool-blanket', 'rain-jacket', 'last-umbrella']],
    ['  mug ', ['enamel-mug']],
    ['%', []],
    ['_', []],
    ["'; DROP TABLE products; --", []],
  ])('a search finds products by name and description: %j', async (query, ids) => {
    const { body } = await createCustomer(shop).get(`/api/products?${new URLSearchParams({ q: query })}`)
    expect(body).toMatchObject({ products: ids.map((id) => ({ id })) })
  })

  it('a search of more than 100 characters is refused', async () => {
    const { status, body } = await createCustomer(shop).get(`/api/products?q=${'a'.repeat(101)}`)
    expect([status, body]).toMatchObject([400, { error: { code: 'bad_request' } }])
  })

  it('a product can be read', async () => {
    const { status, body } = await createCustomer(shop).get('/api/products/storm-lantern')
    expect([status, body]).toMatchObject([200, { id: 'storm-lantern', priceCents: 4900 }])
  })

  it.each(['nothing', 'toString', '%00', '%E0%A4%A', 'a'.repeat(2000)])(
    'the product %j is a 404',
    async (id) => {
      const { status, body } = await createCustomer(shop).get(`/api/products/${id}`)
      expect([status, body]).toMatchObject([404, { error: { code: 'not_found' } }])
    },
  )
})

describe('the cart', () => {
  it('a new cart is empty, and its cookie is not readable by scripts', async () => {
    const response = await shop.fetch('/api/cart')
    expect(await response.json()).toEqual({ items: [], totalCents: 0 })
    expect(response.headers.get('set-cookie')).toMatch(/^cart=[0-9a-f-]{36};.*HttpOnly; SameSite=Lax$/)
  })

  it('products of a cart can be added, changed and removed', async () => {
    const customer = createCustomer(shop)
    await customer.put('/api/cart/items/enamel-mug', { quantity: 2 })
    await customer.put('/api/cart/items/canvas-tote', { quantity: 1 })
    const { body } = await customer.put('/api/cart/items/enamel-mug', { quantity: 3 })
    expect(body).toEqual({
      items: [
        { productId: 'enamel-mug', name: 'Enamel Mug', priceCents: 1800, quantity: 3 },
        { productId: 'canvas-tote', name: 'Waxed Canvas Tote', priceCents: 3900, quantity: 1 },
      ],
      totalCents: 9300,
    })
    await customer.put('/api/cart/items/enamel-mug', { quantity: 0 })
    expect((await customer.get('/api/cart')).body).toMatchObject({ totalCents: 3900 })
  })

  it.each([
    ['malformed JSON', '{"quan'],
    ['no body', ''],
    ['null', null],
    ['a list', [1]],
    ['no quantity', {}],
    ['text', { quantity: '2' }],
    ['a fraction', { quantity: 1.5 }],
    ['less than nothing', { quantity: -1 }],
    ['more than 99', { quantity: 100 }],
    ['more than a number holds', '{"quantity":1e999}'],
  ])('a quantity that is %s is refused', async (_, requestBody) => {
    const { status, body } = await createCustomer(shop).put('/api/cart/items/enamel-mug', requestBody)
    expect([status, body]).toMatchObject([400, { error: { code: 'bad_request' } }])
  })

  it('a product that does not exist cannot be added', async () => {
    const { status, body } = await createCustomer(shop).put('/api/cart/items/nothing', { quantity: 1 })
    expect([status, body]).toMatchObject([404, { error: { code: 'not_found' } }])
  })

  it('a body of more than 16 kB is refused', async () => {
    const { status } = await createCustomer(shop).put('/api/cart/items/enamel-mug', ' '.repeat(20_000))
    expect(status).toBe(413)
  })
})

describe('an order', () => {
  it('an order is paid, empties the cart, takes the stock, and is fulfilled', async () => {
    const customer = createCustomer(shop)
    await customer.put('/api/cart/items/rain-jacket', { quantity: 2 })
    const { status, body } = await customer.post('/api/orders', { card: GOOD_CARD })
    expect([status, body]).toEqual([
      201,
      { orderId: expect.stringMatching(/^[0-9a-f-]{36}$/), totalCents: 37800, status: 'paid' },
    ])
    const { orderId } = body as { orderId: string }
    expect((await customer.get('/api/cart')).body).toEqual({ items: [], totalCents: 0 })
    expect((await customer.get('/api/products/rain-jacket')).body).toMatchObject({ stock: 148 })
    await vi.waitFor(
      async () =>
        expect((await customer.get(`/api/orders/${orderId}`)).body).toEqual({
          orderId,
          status: 'fulfilled',
          totalCents: 37800,
        }),
      { timeout: 60_000, interval: 100 },
    )
  })

  it('an order of a product that is sold out is a 409, and the other products are released', async () => {
    const customer = createCustomer(shop)
    await customer.put('/api/cart/items/steel-flask', { quantity: 5 })
    await customer.put('/api/cart/items/last-umbrella', { quantity: 1 })
    const { status, body } = await customer.post('/api/orders', { card: GOOD_CARD })
    expect([status, body]).toEqual([
      409,
      { error: { code: 'out_of_stock', message: '“The Last Umbrella” is out of stock.' } },
    ])
    expect((await customer.get('/api/products/steel-flask')).body).toMatchObject({ stock: 300 })
    expect((await customer.get('/api/cart')).body).toMatchObject({ items: { length: 2 } })
  })

  it('an order with a declined card is a 402, the cart is kept and the stock released', async () => {
    const customer = createCustomer(shop)
    await customer.put('/api/cart/items/wool-blanket', { quantity: 1 })
    const { status, body } = await customer.post('/api/orders', { card: REFUSED_CARD })
    expect([status, body]).toMatchObject([402, { error: { code: 'payment_refused' } }])
    expect((await customer.get('/api/products/wool-blanket')).body).toMatchObject({ stock: 120 })
    expect((await customer.get('/api/cart')).body).toMatchObject({ totalCents: 12900 })
  })

  it('an order of an empty cart is a 400', async () => {
    const { status, body } = await createCustomer(shop).post('/api/orders', { card: GOOD_CARD })
    expect([status, body]).toMatchObject([400, { error: { code: 'empty_cart' } }])
  })

  it.each([
    ['malformed JSON', '{'],
    ['no card', {}],
    ['a number', { card: 4242424242424242 }],
    ['too short', { card: '4242' }],
    ['letters', { card: 'four two four two' }],
  ])('an order with a card that is %s is a 400', async (_, requestBody) => {
    const { status, body } = await createCustomer(shop).post('/api/orders', requestBody)
    expect([status, body]).toMatchObject([400, { error: { code: 'bad_request' } }])
  })

  it('an order that does not exist is a 404', async () => {
    const { status, body } = await createCustomer(shop).get('/api/orders/nothing')
    expect([status, body]).toMatchObject([404, { error: { code: 'not_found' } }])
  })

  it('an order that two tabs place at the same time is one order and is paid once', async () => {
    const customer = createCustomer(shop)
    await customer.put('/api/cart/items/storm-lantern', { quantity: 3 })
    const answers = await Promise.all([1, 2, 3].map(() => customer.post('/api/orders', { card: GOOD_CARD })))
    // A request after the first order finds an empty cart.
    for (const { status } of answers) expect([201, 400]).toContain(status)
    const placed = new Set(
      answers.flatMap(({ status, body }) => (status === 201 ? [(body as { orderId: string }).orderId] : [])),
    )
    expect(placed.size).toBe(1)
    expect((await customer.get('/api/products/storm-lantern')).body).toMatchObject({ stock: 237 })
    await customer.put('/api/cart/items/storm-lantern', { quantity: 1 })
    const { status, body } = await customer.post('/api/orders', { card: GOOD_CARD })
    expect(status).toBe(201)
    expect(placed).not.toContain((body as { orderId: string }).orderId)
  })

  it('the last pieces are sold to one of two customers', async () => {
    const customers = [createCustomer(shop), createCustomer(shop)]
    const first = createCustomer(shop)
    // There are 120 blankets. After 99 are sold, 21 remain for two customers who order 20 each.
    await first.put('/api/cart/items/wool-blanket', { quantity: 99 })
    expect((await first.post('/api/orders', { card: GOOD_CARD })).status).toBe(201)
    for (const customer of customers) await customer.put('/api/cart/items/wool-blanket', { quantity: 20 })
    const answers = await Promise.all(customers.map((each) => each.post('/api/orders', { card: GOOD_CARD })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
  })
})

it('an unknown path of the API is a 404 in JSON', async () => {
  const { status, body } = await createCustomer(shop).get('/api/nothing')
  expect([status, body]).toMatchObject([404, { error: { code: 'not_found' } }])
})
