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

/** Quantities in a cart by product id. Names and prices are in the catalogue. */
export type Quantities = ReadonlyMap<string, number>

/**
 * The stored form of a cart. The id of its order is created before Buy is clicked, so that two clicks, in two tabs or after
 * a lost response, pay once. A change of the cart creates a new order id.
 */
export interface StoredCart {
  readonly orderId: string
  readonly quantities: Quantities
}

const KEPT_SECONDS = 30 * 24 * 60 * 60

/** The cart with this id; a new one if it does not exist. */
export async function loadCart(env: ShopEnv, cartId: string): Promise<StoredCart> {
  const stored = await env.CARTS.get<{ orderId?: string; quantities?: [string, number][] }>(cartId, 'json')
  return { orderId: stored?.orderId ?? crypto.randomUUID(), quantities: new Map(stored?.quantities) }
}

/** Stores a changed cart for thirty days. */
export async function saveCart(env: ShopEnv, cartId: string, quantities: Quantities): Promise<void> {
  const stored = JSON.stringify({ orderId: crypto.randomUUID(), quantities: [...quantities] })
  await env.CARTS.put(cartId, stored, { expirationTtl: KEPT_SECONDS })
}

/** The cart at current prices, without products that are no longer in the catalogue. */
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
