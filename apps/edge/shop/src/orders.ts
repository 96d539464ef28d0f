import { type Context, Hono } from 'hono'
import { type Cart, loadCart, priceCart } from './cart.ts'
import { cartIdOf } from './cart-cookie.ts'
import type { ShopApp, ShopEnv } from './env.ts'
import { pay } from './payment.ts'
import { problem } from './problem.ts'
import { readJson } from './read-json.ts'
import { releaseAll, reserveAll, type Shortage } from './reservation.ts'

const CARD = /^\d{12,19}$/

/** `POST /orders` and `GET /orders/:id`. */
export const orders = new Hono<ShopApp>()

orders.post('/orders', async (c) => {
  const { card } = await readJson(c)
  if (typeof card !== 'string' || !CARD.test(card.replaceAll(/[\s-]/g, '')))
    return problem(c, 400, 'bad_request', 'card must be a card number of 12 to 19 digits.')
  const cartId = cartIdOf(c)
  const { orderId, quantities } = await loadCart(c.env, cartId)
  const cart = await priceCart(c.env, quantities)
  if (cart.items.length === 0) return problem(c, 400, 'empty_cart', 'The cart is empty.')
  return placeOrder(c, { orderId, cartId, cart, card })
})

orders.get('/orders/:id', async (c) => {
  const order = await c.env.DB.prepare(
    'SELECT id AS orderId, status, total_cents AS totalCents FROM orders WHERE id = ?',
  )
    .bind(c.req.param('id'))
    .first()
  return order ? c.json(order) : problem(c, 404, 'not_found', 'There is no such order.')
})

interface Purchase {
  readonly orderId: string
  readonly cartId: string
  readonly cart: Cart
  readonly card: string
}

/** Idempotent: an order that was placed before, or in part, is paid, stored and taken from the stock once. */
async function placeOrder(c: Context<ShopApp>, { orderId, cartId, cart, card }: Purchase): Promise<Response> {
  const shortage = await reserveAll(c.env, cart.items)
  if (shortage) return problem(c, 409, 'out_of_stock', shortageMessage(shortage))

  const payment = await pay(c.env.BACKEND_URL, { orderId, amountCents: cart.totalCents, card })
  if (payment.outcome !== 'paid') {
    await releaseAll(c.env, cart.items)
    if (payment.outcome === 'refused') return problem(c, 402, 'payment_refused', 'The card was refused.')
    console.error(`no payment for order ${orderId}: ${payment.reason}`)
    return problem(
      c,
      502,
      'payment_unavailable',
      'Payments cannot be made right now. Please try again later.',
    )
  }

  let isNew = false
  try {
    isNew = await storeOrder(c.env, orderId, payment.paymentId, cart)
  } finally {
    // If another tab stored the order, that request holds the stock. Otherwise the stock is not held.
    if (!isNew) await releaseAll(c.env, cart.items)
  }
  await c.env.ORDERS.send({ orderId })
  await c.env.CARTS.delete(cartId)
  return c.json({ orderId, totalCents: cart.totalCents, status: 'paid' }, 201)
}

/** False if the order exists already. */
async function storeOrder(env: ShopEnv, orderId: string, paymentId: string, cart: Cart): Promise<boolean> {
  const items = cart.items.map(({ productId, quantity, priceCents }) => ({ productId, quantity, priceCents }))
  const { meta } = await env.DB.prepare(
    `INSERT INTO orders (id, payment_id, total_cents, items, status) VALUES (?, ?, ?, ?, 'paid')
     ON CONFLICT (id) DO NOTHING`,
  )
    .bind(orderId, paymentId, cart.totalCents, JSON.stringify(items))
    .run()
  return meta.changes > 0
}

function shortageMessage({ item, available }: Shortage): string {
  return available === 0
    ? `“${item.name}” is out of stock.`
    : `Only ${available} of “${item.name}” are left, and you asked for ${item.quantity}.`
}
