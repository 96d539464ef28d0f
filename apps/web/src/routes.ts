/** The shop's pages, each with the parameters of its address. */
export type Route =
  | { readonly page: 'products'; readonly query: string }
  | { readonly page: 'product'; readonly productId: string }
  | { readonly page: 'cart' }
  | { readonly page: 'checkout' }
  | { readonly page: 'order'; readonly orderId: string }
  | { readonly page: 'not-found' }

/** Parses an address; an unknown address is `not-found`. */
export function parseRoute(url: URL): Route {
  const segments = decodeSegments(url.pathname)
  if (segments === undefined) return { page: 'not-found' }
  const [first, second] = segments
  if (segments.length === 0) return { page: 'products', query: url.searchParams.get('q') ?? '' }
  if (segments.length === 1 && first === 'cart') return { page: 'cart' }
  if (segments.length === 1 && first === 'checkout') return { page: 'checkout' }
  if (segments.length === 2 && second !== undefined) {
    if (first === 'products') return { page: 'product', productId: second }
    if (first === 'orders') return { page: 'order', orderId: second }
  }
  return { page: 'not-found' }
}

export function productsPath(query = ''): string {
  return query === '' ? '/' : `/?${new URLSearchParams({ q: query })}`
}

export function productPath(productId: string): string {
  return `/products/${encodeURIComponent(productId)}`
}

export function orderPath(orderId: string): string {
  return `/orders/${encodeURIComponent(orderId)}`
}

function decodeSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    // A malformed escape (`/products/%E0%A4%A`) matches no page.
    return undefined
  }
}
