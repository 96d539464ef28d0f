import type { JSX } from 'preact'

const FEW = 5

/** How many are left, where that matters to somebody who wants one. */
export function StockNote({ stock }: { readonly stock: number }): JSX.Element | null {
  if (stock === 0) return <span class="stock stock-none">Sold out</span>
  if (stock <= FEW) return <span class="stock stock-few">Only {stock} left</span>
  return null
}
