import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Cart } from './api-shapes.ts'
import { CartLine } from './cart-line.tsx'
import { setQuantity } from './cart-store.ts'
import { toShopError } from './shop-error.ts'

/** The products in the cart; says aloud what each change did. */
export function CartLines({ cart }: { readonly cart: Cart }): JSX.Element {
  const [message, setMessage] = useState('')
  const [failed, setFailed] = useState(false)
  const status = useRef<HTMLParagraphElement>(null)

  const change = async (productId: string, name: string, quantity: number) => {
    // The line, and the button in it that had the focus, are about to go.
    if (quantity === 0) status.current?.focus()
    try {
      await setQuantity(productId, quantity)
      setFailed(false)
      setMessage(quantity === 0 ? `${name} was taken out.` : `${name}: ${quantity} in your cart.`)
    } catch (thrown) {
      setFailed(true)
      setMessage(
        toShopError(thrown).code === 'network'
          ? 'Not changed: the shop did not answer. Check that you are online, then try again.'
          : 'Not changed: something went wrong on our side. Please try again.',
      )
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
            onChange={(quantity) => void change(item.productId, item.name, quantity)}
          />
        ))}
      </ul>
    </>
  )
}
