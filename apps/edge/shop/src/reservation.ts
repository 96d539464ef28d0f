import type { CartItem } from './cart.ts'
import type { ShopEnv } from './env.ts'

/** The product that is short, if not all could be reserved. */
export interface Shortage {
  readonly item: CartItem
  readonly available: number
}

/** Reserves all items or none, and returns the first that is short. Errors of the inventory pass through. */
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

/** Releases reserved items. A failure is logged and does not change the customer's response. */
export async function releaseAll(env: ShopEnv, items: readonly CartItem[]): Promise<void> {
  const releases = items.map(({ productId, quantity }) => env.INVENTORY.release(productId, quantity))
  for (const result of await Promise.allSettled(releases))
    if (result.status === 'rejected') console.error('could not release stock:', result.reason)
}
