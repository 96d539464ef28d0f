import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { postOrder } from '../api.ts'
import type { Cart } from '../api-shapes.ts'
import { CardForm } from '../card-form.tsx'
import { CartPlaceholder } from '../cart-placeholder.tsx'
import { emptyCart, loadCart, reloadCart, useCart } from '../cart-store.ts'
import { EmptyState } from '../empty-state.tsx'
import { LoadFailure } from '../load-failure.tsx'
import { OrderFailure } from '../order-failure.tsx'
import { OrderSummary } from '../order-summary.tsx'
import { rememberOrder } from '../orders.ts'
import { PageHeading } from '../page-heading.tsx'
import { navigate } from '../router.ts'
import { orderPath } from '../routes.ts'
import { type ShopError, toShopError } from '../shop-error.ts'

export function CheckoutPage(): JSX.Element {
  const { cart, error } = useCart()
  useEffect(() => {
    void loadCart()
  }, [])
  return (
    <>
      <a class="back-link" href="/cart">
        Back to your cart
      </a>
      <PageHeading title="Checkout" />
      {cart === undefined && error !== undefined && (
        <LoadFailure what="your cart" error={error} onRetry={reloadCart} />
      )}
      {cart === undefined && error === undefined && <CartPlaceholder />}
      {cart?.items.length === 0 && (
        <EmptyState>
          <h2>There is nothing to pay for yet</h2>
          <p>Put something into your cart first.</p>
          <a class="button button-primary" href="/">
            Look around
          </a>
        </EmptyState>
      )}
      {cart !== undefined && cart.items.length > 0 && <Payment cart={cart} />}
    </>
  )
}

function Payment({ cart }: { readonly cart: Cart }): JSX.Element {
  const [buying, setBuying] = useState(false)
  const [failure, setFailure] = useState<ShopError>()

  const buy = async (card: string) => {
    setBuying(true)
    setFailure(undefined)
    try {
      const order = await postOrder(card)
      emptyCart()
      rememberOrder(order)
      navigate(orderPath(order.orderId))
    } catch (thrown) {
      setFailure(toShopError(thrown))
      setBuying(false)
    }
  }

  return (
    <div class="checkout">
      <div>
        {failure !== undefined && <OrderFailure error={failure} />}
        <CardForm buying={buying} onBuy={buy} />
      </div>
      <OrderSummary cart={cart} />
    </div>
  )
}
