import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Product } from './api-shapes.ts'
import { describeCartFailure } from './cart-failure.ts'
import { addToCart, quantityOf } from './cart-store.ts'
import { type ShopError, toShopError } from './shop-error.ts'

type Progress =
  | { readonly step: 'idle' | 'adding' }
  | { readonly step: 'added'; readonly quantity: number }
  | { readonly step: 'failed'; readonly error: ShopError }

/** The button, and below it the result of the click. */
export function AddToCart({ product }: { readonly product: Product }): JSX.Element {
  const [progress, setProgress] = useState<Progress>({ step: 'idle' })

  const add = async () => {
    setProgress({ step: 'adding' })
    try {
      const cart = await addToCart(product.id)
      setProgress({ step: 'added', quantity: quantityOf(cart, product.id) })
    } catch (thrown) {
      setProgress({ step: 'failed', error: toShopError(thrown) })
    }
  }

  return (
    <div class="add-to-cart">
      <button type="button" class="button button-primary" onClick={add}>
        Add to cart
      </button>
      <div class="outcome" role="status">
        <Outcome progress={progress} />
      </div>
    </div>
  )
}

function Outcome({ progress }: { readonly progress: Progress }): JSX.Element | null {
  switch (progress.step) {
    case 'idle':
      return null
    case 'adding':
      return <p>Adding…</p>
    case 'added':
      return (
        <p>
          {progress.quantity === 1 ? 'It is in your cart.' : `You have ${progress.quantity} in your cart.`}{' '}
          <a href="/cart">View cart</a>
        </p>
      )
    case 'failed':
      return <p class="failure">Not added: {describeCartFailure(progress.error)}</p>
  }
}
