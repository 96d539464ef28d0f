import type { JSX } from 'preact'

const FEW = 5

/** The number of pieces left, if it is low. */
export function StockNote({ stock }: { readonly stock: number }): JSX.Element | null {
  if (stock === 0) return <span class="stock stock-none">Sold out</span>
  if (stock <= FEW) return <span class="stock stock-few">Only {stock} left</span>
  return null
}
