import type { JSX } from 'preact'
import { countItems, useCart } from './cart-store.ts'
import type { Route } from './routes.ts'

export function SiteHeader({ route }: { readonly route: Route }): JSX.Element {
  const { cart } = useCart()
  const count = countItems(cart)
  return (
    <header class="site-header">
      <div class="site-header-inner">
        <a class="brand" href="/" aria-label="Fairweather, home">
          <BrandMark />
          <span>Fairweather</span>
        </a>
        <nav aria-label="Main">
          <a href="/" aria-current={route.page === 'products' ? 'page' : undefined}>
            Shop
          </a>
          {/* Named for its traces, which would bear the number else. */}
          <a
            class="cart-link"
            href="/cart"
            aria-current={route.page === 'cart' ? 'page' : undefined}
            data-action-name="Cart"
          >
            Cart
            <CartMark />
            {count > 0 && (
              <span class="count">
                {count}
                <span class="visually-hidden">{count === 1 ? ' item' : ' items'}</span>
              </span>
            )}
          </a>
        </nav>
      </div>
    </header>
  )
}

function CartMark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M5 9h14l-1.2 10.2a2 2 0 0 1-2 1.8H8.2a2 2 0 0 1-2-1.8ZM8.5 11.5V7a3.5 3.5 0 0 1 7 0v4.5" />
    </svg>
  )
}

function BrandMark(): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <path
        class="brand-canopy"
        d="M4 17a12 12 0 0 1 24 0c-2-1.8-4-1.8-6 0-2-1.8-4-1.8-6 0-2-1.8-4-1.8-6 0-2-1.8-4-1.8-6 0Z"
      />
      <path class="brand-handle" d="M16 17v8a2.6 2.6 0 0 0 5.2 0M16 5V3" />
    </svg>
  )
}
