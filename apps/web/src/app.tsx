import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { loadCart } from './cart-store.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { CartPage } from './pages/cart.tsx'
import { CheckoutPage } from './pages/checkout.tsx'
import { NotFoundPage } from './pages/not-found.tsx'
import { OrderPage } from './pages/order.tsx'
import { ProductPage } from './pages/product.tsx'
import { ProductsPage } from './pages/products.tsx'
import { useRoute } from './router.ts'
import type { Route } from './routes.ts'
import { SiteFooter } from './site-footer.tsx'
import { SiteHeader } from './site-header.tsx'

export function App(): JSX.Element {
  const route = useRoute()
  useEffect(() => {
    void loadCart()
    // Another tab may have changed it meanwhile.
    const onShown = () => document.visibilityState === 'visible' && void loadCart()
    document.addEventListener('visibilitychange', onShown)
    return () => document.removeEventListener('visibilitychange', onShown)
  }, [])
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <SiteHeader route={route} />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary key={keyOf(route)}>
          <Page route={route} />
        </ErrorBoundary>
      </main>
      <SiteFooter />
    </>
  )
}

/** A page of another product or order is mounted anew instead of showing the previous one. */
function keyOf(route: Route): string {
  if (route.page === 'product') return `product ${route.productId}`
  if (route.page === 'order') return `order ${route.orderId}`
  return route.page
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  switch (route.page) {
    case 'products':
      return <ProductsPage query={route.query} />
    case 'product':
      return <ProductPage productId={route.productId} />
    case 'cart':
      return <CartPage />
    case 'checkout':
      return <CheckoutPage />
    case 'order':
      return <OrderPage orderId={route.orderId} />
    case 'not-found':
      return <NotFoundPage />
  }
}
