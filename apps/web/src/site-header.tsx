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
          <a href="/cart" aria-current={route.page === 'cart' ? 'page' : undefined}>
            Cart
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
