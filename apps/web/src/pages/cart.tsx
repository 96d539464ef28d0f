import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Cart } from '../api-shapes.ts'
import { CartLines } from '../cart-lines.tsx'
import { CartPlaceholder } from '../cart-placeholder.tsx'
import { loadCart, reloadCart, useCart } from '../cart-store.ts'
import { EmptyState } from '../empty-state.tsx'
import { LoadFailure } from '../load-failure.tsx'
import { formatCents } from '../money.ts'
import { PageHeading } from '../page-heading.tsx'

export function CartPage(): JSX.Element {
  const { cart, error } = useCart()
  // The cart may have changed in another tab since it was loaded.
  useEffect(() => {
    void loadCart()
  }, [])
  return (
    <>
      <PageHeading title="Your cart" />
      {error !== undefined && <LoadFailure what="your cart" error={error} onRetry={reloadCart} />}
      {cart === undefined && error === undefined && <CartPlaceholder />}
      {cart !== undefined && <CartContents cart={cart} />}
    </>
  )
}

function CartContents({ cart }: { readonly cart: Cart }): JSX.Element {
  return (
    <>
      <CartLines cart={cart} />
      {cart.items.length === 0 ? (
        <EmptyState>
          <h2>Nothing in it yet</h2>
          <p>Choose something from our shelves.</p>
          <a class="button button-primary" href="/">
            Look around
          </a>
        </EmptyState>
      ) : (
        <div class="cart-foot">
          <p class="cart-total">
            <span>Total</span> <strong>{formatCents(cart.totalCents)}</strong>
          </p>
          <a class="button button-primary" href="/checkout">
            Checkout
          </a>
          <a class="quiet-link" href="/">
            Keep looking
          </a>
        </div>
      )}
    </>
  )
}
