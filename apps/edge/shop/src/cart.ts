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

/** How many of each product are in a cart, by product id: what is kept. Names and prices are the catalogue's. */
export type Quantities = ReadonlyMap<string, number>

const KEPT_SECONDS = 30 * 24 * 60 * 60

/** The quantities in the cart of that id; none when there is no such cart. */
export async function loadQuantities(env: ShopEnv, cartId: string): Promise<Quantities> {
  const stored = await env.CARTS.get<[string, number][]>(cartId, 'json')
  return new Map(stored ?? [])
}

/** Keeps the cart for thirty days from now. */
export async function saveQuantities(env: ShopEnv, cartId: string, quantities: Quantities): Promise<void> {
  await env.CARTS.put(cartId, JSON.stringify([...quantities]), { expirationTtl: KEPT_SECONDS })
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
