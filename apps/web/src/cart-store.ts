import { useEffect, useState } from 'preact/hooks'
import { getCart, putCartItem } from './api.ts'
import type { Cart } from './api-shapes.ts'
import { type ShopError, toShopError } from './shop-error.ts'

interface CartState {
  readonly cart: Cart | undefined
  readonly error: ShopError | undefined
}

let state: CartState = { cart: undefined, error: undefined }
const listeners = new Set<(state: CartState) => void>()
/** Changes go one after another: each quantity is worked out from the cart that the one before left. */
let lastChange: Promise<unknown> = Promise.resolve()

/** The cart as it is known here; `undefined` until the first answer. */
export function useCart(): CartState {
  const [current, setCurrent] = useState(state)
  useEffect(() => {
    setCurrent(state)
    listeners.add(setCurrent)
    return () => {
      listeners.delete(setCurrent)
    }
  }, [])
  return current
}

/** Fetches the cart; a failure is kept in the state, for the pages to show. */
export async function loadCart(): Promise<void> {
  try {
    publish({ cart: await getCart(), error: undefined })
  } catch (thrown) {
    publish({ cart: state.cart, error: toShopError(thrown) })
  }
}

/** Puts one more of a product into the cart. Throws a `ShopError`. */
export function addToCart(productId: string): Promise<Cart> {
  return change(async () => {
    const cart = state.cart ?? (await getCart())
    return putCartItem(productId, quantityOf(cart, productId) + 1)
  })
}

/** Sets how many of a product are in the cart; 0 takes it out. Throws a `ShopError`. */
export function setQuantity(productId: string, quantity: number): Promise<Cart> {
  return change(() => putCartItem(productId, quantity))
}

/** Forgets what was in the cart: an order has taken it. */
export function emptyCart(): void {
  publish({ cart: { items: [], totalCents: 0 }, error: undefined })
}

export function quantityOf(cart: Cart | undefined, productId: string): number {
  return cart?.items.find((item) => item.productId === productId)?.quantity ?? 0
}

export function countItems(cart: Cart | undefined): number {
  return cart?.items.reduce((count, item) => count + item.quantity, 0) ?? 0
}

async function change(send: () => Promise<Cart>): Promise<Cart> {
  const previous = lastChange
  const run = async () => {
    await previous.catch(() => undefined)
    const cart = await send()
    publish({ cart, error: undefined })
    return cart
  }
  const changed = run()
  lastChange = changed
  return changed
}

function publish(next: CartState): void {
  state = next
  for (const listener of listeners) listener(next)
}
