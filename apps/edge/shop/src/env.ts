import type { Inventory } from '../../inventory/src/index.ts'

export interface ShopEnv {
  readonly DB: D1Database
  readonly CARTS: KVNamespace
  readonly INVENTORY: Service<typeof Inventory>
  readonly ORDERS: Queue<{ orderId: string }>
  /** The address of the payments service, without a slash at the end. */
  readonly BACKEND_URL: string
}

/** The type of the shop's Hono app and all of its parts. */
export interface ShopApp {
  Bindings: ShopEnv
}
