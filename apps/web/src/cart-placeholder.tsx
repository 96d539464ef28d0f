import type { JSX } from 'preact'

/** A placeholder for the lines of the cart until they are loaded. */
export function CartPlaceholder(): JSX.Element {
  return (
    <>
      <p class="cart-status" role="status">
        Loading your cart…
      </p>
      <div class="cart-lines" aria-hidden="true">
        {[0, 1].map((line) => (
          <div key={line} class="cart-line">
            <div class="cart-line-picture placeholder" />
            <div class="cart-line-text">
              <div class="placeholder placeholder-line" />
            </div>
          </div>
        ))}
      </div>
    </>
  )
}
