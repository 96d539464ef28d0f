import type { JSX } from 'preact'
import type { Cart } from './api-shapes.ts'
import { formatCents } from './money.ts'

/** The contents of the order, beside the form. */
export function OrderSummary({ cart }: { readonly cart: Cart }): JSX.Element {
  return (
    <section class="order-summary" aria-labelledby="summary-heading">
      <h2 id="summary-heading">Your order</h2>
      <ul>
        {cart.items.map((item) => (
          <li key={item.productId}>
            <span>
              {item.name}
              {item.quantity > 1 && <span class="hint"> × {item.quantity}</span>}
            </span>
            <span>{formatCents(item.priceCents * item.quantity)}</span>
          </li>
        ))}
      </ul>
      <p class="cart-total">
        <span>Total</span> <strong>{formatCents(cart.totalCents)}</strong>
      </p>
    </section>
  )
}
