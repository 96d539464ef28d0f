import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Cart, CartItem } from './api-shapes.ts'
import { describeCartFailure } from './cart-failure.ts'
import { CartLine } from './cart-line.tsx'
import { changeQuantity, quantityOf } from './cart-store.ts'
import { toShopError } from './shop-error.ts'

/** The products in the cart. Screen readers announce the result of each change. */
export function CartLines({ cart }: { readonly cart: Cart }): JSX.Element {
  const [message, setMessage] = useState('')
  const [failed, setFailed] = useState(false)
  const status = useRef<HTMLParagraphElement>(null)

  const change = async ({ productId, name }: CartItem, next: (quantity: number) => number) => {
    try {
      const quantity = quantityOf(await changeQuantity(productId, next), productId)
      setFailed(false)
      setMessage(quantity === 0 ? `${name} was taken out.` : `${name}: ${quantity} in your cart.`)
    } catch (thrown) {
      setFailed(true)
      setMessage(`Not changed: ${describeCartFailure(toShopError(thrown))}`)
    }
  }

  return (
    <>
      <p class={failed ? 'cart-status failure' : 'cart-status'} role="status" tabIndex={-1} ref={status}>
        {message}
      </p>
      <ul class="cart-lines">
        {cart.items.map((item) => (
          <CartLine
            key={item.productId}
            item={item}
            onChange={(difference) => void change(item, (quantity) => step(quantity, difference))}
            onRemove={() => {
              // The line and its focused button will be removed.
              status.current?.focus()
              void change(item, () => 0)
            }}
          />
        ))}
      </ul>
    </>
  )
}

/** The quantity is changed only from 1 or more to 1 or more. The other button removes the line. */
function step(quantity: number, difference: number): number {
  return quantity === 0 ? 0 : Math.max(1, quantity + difference)
}
