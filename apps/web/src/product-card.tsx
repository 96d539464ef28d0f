import type { JSX } from 'preact'
import type { Product } from './api-shapes.ts'
import { Illustration } from './illustrations/illustration.tsx'
import { formatCents } from './money.ts'
import { productPath } from './routes.ts'
import { StockNote } from './stock-note.tsx'

/** A product card; the whole card is the link. */
export function ProductCard({ product }: { readonly product: Product }): JSX.Element {
  return (
    <article class="card">
      <Illustration productId={product.id} />
      <div class="card-text">
        <h2>
          <a href={productPath(product.id)}>{product.name}</a>
        </h2>
        <p class="price">{formatCents(product.priceCents)}</p>
        <StockNote stock={product.stock} />
      </div>
    </article>
  )
}
