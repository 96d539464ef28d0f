import type { CartItem } from './cart.ts'
import type { ShopEnv } from './env.ts'

/** What could not be had, when not everything could. */
export interface Shortage {
  readonly item: CartItem
  readonly available: number
}

/** Reserves all of the items or none of them; the first that is short is returned then. Throws what the inventory throws. */
export async function reserveAll(env: ShopEnv, items: readonly CartItem[]): Promise<Shortage | undefined> {
  const reserved: CartItem[] = []
  let isComplete = false
  try {
    for (const item of items) {
      const reservation = await env.INVENTORY.reserve(item.productId, item.quantity)
      if (!reservation.reserved) return { item, available: reservation.available }
      reserved.push(item)
    }
    isComplete = true
    return undefined
  } finally {
    if (!isComplete) await releaseAll(env, reserved)
  }
}

/** Puts back what was reserved. What cannot be put back is logged: the customer's answer does not depend on it. */
export async function releaseAll(env: ShopEnv, items: readonly CartItem[]): Promise<void> {
  const releases = items.map(({ productId, quantity }) => env.INVENTORY.release(productId, quantity))
  for (const result of await Promise.allSettled(releases))
    if (result.status === 'rejected') console.error('stock could not be put back', result.reason)
}
