import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Cart, CartItem } from './api-shapes.ts'
import { describeCartFailure } from './cart-failure.ts'
import { CartLine } from './cart-line.tsx'
import { changeQuantity, quantityOf } from './cart-store.ts'
import { toShopError } from './shop-error.ts'

/** The products in the cart; says aloud what each change did. */
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
              // The line is about to go, and the button in it that has the focus.
              status.current?.focus()
              void change(item, () => 0)
            }}
          />
        ))}
      </ul>
    </>
  )
}

/** Never down to nothing, which is the other button's work, and never up from nothing. */
function step(quantity: number, difference: number): number {
  return quantity === 0 ? 0 : Math.max(1, quantity + difference)
}
