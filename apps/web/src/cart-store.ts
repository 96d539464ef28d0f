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
/** The pending request for the cart. Later callers share it, and the cookie that its response sets. */
let fetching: Promise<Cart> | undefined
/** Changes run one after the other: each quantity is calculated from the result of the previous change. */
let lastChange: Promise<unknown> = Promise.resolve()
let changeCount = 0

/** The last known cart; `undefined` until the first response. */
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
  const changesBefore = changeCount
  const next = await fetchCart().then(
    (cart) => ({ cart, error: undefined }),
    (thrown: unknown) => ({ cart: state.cart, error: toShopError(thrown) }),
  )
  // A change that began meanwhile has a newer cart.
  if (changeCount === changesBefore) publish(next)
}

/** Like `loadCart`. The failure is hidden until the response arrives. */
export async function reloadCart(): Promise<void> {
  publish({ cart: state.cart, error: undefined })
  await loadCart()
}

/** Adds one piece of a product to the cart. Throws a `ShopError`. */
export function addToCart(productId: string): Promise<Cart> {
  return changeQuantity(productId, (quantity) => quantity + 1)
}

/**
 * Changes the quantity of a product in the cart; 0 removes it. `next` gets the quantity that is valid when the
 * change's turn comes, so that two quick clicks count twice. Throws a `ShopError`.
 */
export async function changeQuantity(productId: string, next: (quantity: number) => number): Promise<Cart> {
  changeCount++
  const previous = lastChange
  const run = async () => {
    await previous.catch(() => undefined)
    const before = state.cart ?? (await fetchCart())
    const cart = await putCartItem(productId, next(quantityOf(before, productId)))
    publish({ cart, error: undefined })
    return cart
  }
  const changed = run()
  lastChange = changed
  return changed
}

/** Empties the cart after an order. */
export function emptyCart(): void {
  changeCount++
  publish({ cart: { items: [], totalCents: 0 }, error: undefined })
}

export function quantityOf(cart: Cart | undefined, productId: string): number {
  return cart?.items.find((item) => item.productId === productId)?.quantity ?? 0
}

export function countItems(cart: Cart | undefined): number {
  return cart?.items.reduce((count, item) => count + item.quantity, 0) ?? 0
}

function fetchCart(): Promise<Cart> {
  fetching ??= getCart().finally(() => {
    fetching = undefined
  })
  return fetching
}

function publish(next: CartState): void {
  state = next
  for (const listener of listeners) listener(next)
}
