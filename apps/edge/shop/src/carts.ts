import { Hono } from 'hono'
import { loadCart, priceCart, saveCart } from './cart.ts'
import { cartIdOf } from './cart-cookie.ts'
import { findProducts } from './catalogue.ts'
import type { ShopApp } from './env.ts'
import { problem } from './problem.ts'
import { readJson } from './read-json.ts'

const MAX_QUANTITY = 99

/** `GET /cart` and `PUT /cart/items/:productId`. */
export const carts = new Hono<ShopApp>()

carts.get('/cart', async (c) => {
  const { quantities } = await loadCart(c.env, cartIdOf(c))
  return c.json(await priceCart(c.env, quantities))
})

carts.put('/cart/items/:productId', async (c) => {
  const quantity = (await readJson(c)).quantity
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY)
    return problem(c, 400, 'bad_request', `quantity must be a whole number from 0 to ${MAX_QUANTITY}.`)
  const productId = c.req.param('productId')
  const [product] = await findProducts(c.env.DB, [productId])
  if (!product) return problem(c, 404, 'not_found', 'There is no such product.')
  const cartId = cartIdOf(c)
  const quantities = new Map((await loadCart(c.env, cartId)).quantities)
  if (quantity === 0) quantities.delete(productId)
  else quantities.set(productId, quantity)
  await saveCart(c.env, cartId, quantities)
  return c.json(await priceCart(c.env, quantities))
})
