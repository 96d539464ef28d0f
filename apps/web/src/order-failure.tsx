import type { JSX } from 'preact'
import { Notice } from './notice.tsx'
import type { ShopError } from './shop-error.ts'

/** Why an order failed, whether it was paid, and the next step. */
export function OrderFailure({ error }: { readonly error: ShopError }): JSX.Element {
  switch (error.code) {
    case 'out_of_stock':
      return (
        <Notice title="No longer available" actions={<CartLink>Change your cart</CartLink>}>
          <p>{error.message}</p>
          <p>Nothing was charged. Take it out of your cart, or buy fewer, and the rest is still yours.</p>
        </Notice>
      )
    case 'payment_refused':
      return (
        <Notice title="Your card was refused" actions={<OtherCard />}>
          <p>Nothing was charged, and your cart is as it was. Another card may do.</p>
        </Notice>
      )
    case 'payment_unavailable':
      return (
        <Notice title="Payments are not answering">
          <p>
            Your cart is kept. Wait a minute, then press Buy again: as long as you leave the cart as it is, it
            is never charged twice.
          </p>
        </Notice>
      )
    case 'network':
      return (
        <Notice title="The connection was lost" actions={<CartLink>Look into your cart</CartLink>}>
          <p>
            We cannot tell whether your order arrived. Once you are online, look into your cart: if it is
            empty, the order went through; if not, press Buy again. One cart is never charged twice.
          </p>
        </Notice>
      )
    case 'empty_cart':
      return (
        <Notice title="Your cart is already empty" actions={<ShopLink />}>
          <p>The order may have gone through before, perhaps in another tab. Nothing was charged now.</p>
        </Notice>
      )
    case 'bad_request':
      return (
        <Notice title="The card number was not understood" actions={<OtherCard />}>
          <p>Nothing was charged. Check the digits and press Buy again.</p>
        </Notice>
      )
    default:
      return (
        <Notice title="Something went wrong on our side" actions={<CartLink>Look into your cart</CartLink>}>
          <p>
            If your cart is empty, the order went through. If it is still full, wait a minute, then press Buy
            again. One cart is never charged twice.
          </p>
        </Notice>
      )
  }
}

function CartLink({ children }: { readonly children: string }): JSX.Element {
  return (
    <a class="button" href="/cart">
      {children}
    </a>
  )
}

function ShopLink(): JSX.Element {
  return (
    <a class="button" href="/">
      Go to the shop
    </a>
  )
}

function OtherCard(): JSX.Element {
  const select = () => {
    const input = document.getElementById('card')
    if (!(input instanceof HTMLInputElement)) return
    input.focus()
    input.select()
  }
  return (
    <button type="button" class="button" onClick={select}>
      Use another card
    </button>
  )
}
