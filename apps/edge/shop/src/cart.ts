import { findProducts } from './catalogue.ts'
import type { ShopEnv } from './env.ts'

export interface CartItem {
  readonly productId: string
  readonly name: string
  readonly priceCents: number
  readonly quantity: number
}

export interface Cart {
  readonly items: readonly CartItem[]
  readonly totalCents: number
}

/** How many of each product are in a cart, by product id. Names and prices are the catalogue's. */
export type Quantities = ReadonlyMap<string, number>

/**
 * What is kept of a cart. The order that it will become has its id before Buy is pressed: whoever presses twice, in two
 * tabs or after an answer that got lost, pays once. A cart that was changed will be another order.
 */
export interface StoredCart {
  readonly orderId: string
  readonly quantities: Quantities
}

const KEPT_SECONDS = 30 * 24 * 60 * 60

/** The cart of that id; a new one when there is none. */
export async function loadCart(env: ShopEnv, cartId: string): Promise<StoredCart> {
  const stored = await env.CARTS.get<{ orderId?: string; quantities?: [string, number][] }>(cartId, 'json')
  return { orderId: stored?.orderId ?? crypto.randomUUID(), quantities: new Map(stored?.quantities) }
}

/** Keeps a cart that was changed, for thirty days from now. */
export async function saveCart(env: ShopEnv, cartId: string, quantities: Quantities): Promise<void> {
  const stored = JSON.stringify({ orderId: crypto.randomUUID(), quantities: [...quantities] })
  await env.CARTS.put(cartId, stored, { expirationTtl: KEPT_SECONDS })
}

/** The cart at today's prices. What has left the catalogue has left the cart. */
export async function priceCart(env: ShopEnv, quantities: Quantities): Promise<Cart> {
  const found = await findProducts(env.DB, [...quantities.keys()])
  const items = found.map(({ id, name, priceCents }) => ({
    productId: id,
    name,
    priceCents,
    quantity: quantities.get(id) ?? 0,
  }))
  return { items, totalCents: items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0) }
}
