import type { JSX } from 'preact'
import { AddToCart } from '../add-to-cart.tsx'
import type { Product } from '../api-shapes.ts'
import { knownProduct, loadProduct } from '../catalogue.ts'
import { EmptyState } from '../empty-state.tsx'
import { Illustration } from '../illustrations/illustration.tsx'
import { LoadFailure } from '../load-failure.tsx'
import { formatCents } from '../money.ts'
import { PageHeading } from '../page-heading.tsx'
import { StockNote } from '../stock-note.tsx'
import { useResource } from '../use-resource.ts'

export function ProductPage({ productId }: { readonly productId: string }): JSX.Element {
  const { data: product, error, reload } = useResource(productId, loadProduct, knownProduct(productId))
  if (error?.code === 'not_found') return <UnknownProduct />
  if (product !== undefined) return <ProductDetails product={product} />
  if (error !== undefined) return <LoadFailure what="this product" error={error} onRetry={reload} />
  return <ProductPlaceholder />
}

function ProductDetails({ product }: { readonly product: Product }): JSX.Element {
  return (
    <>
      <a class="back-link" href="/">
        All products
      </a>
      <article class="product">
        <Illustration productId={product.id} />
        <div class="product-text">
          <PageHeading title={product.name} />
          <p class="price">{formatCents(product.priceCents)}</p>
          <p class="description">{product.description}</p>
          <StockNote stock={product.stock} />
          {product.stock === 0 && (
            <p class="hint">None left right now. You can keep it in your cart and buy it when it is back.</p>
          )}
          <AddToCart product={product} />
        </div>
      </article>
    </>
  )
}

function UnknownProduct(): JSX.Element {
  return (
    <EmptyState>
      <PageHeading title="Unknown product">We do not have that</PageHeading>
      <p>The product may have left our shelves, or the link has a typing error in it.</p>
      <a class="button" href="/">
        See all products
      </a>
    </EmptyState>
  )
}

function ProductPlaceholder(): JSX.Element {
  return (
    <div class="product">
      <p class="visually-hidden" role="status">
        Loading product…
      </p>
      <div class="placeholder placeholder-card" />
      <div class="product-text" aria-hidden="true">
        <div class="placeholder placeholder-heading" />
        <div class="placeholder placeholder-line" />
        <div class="placeholder placeholder-line" />
      </div>
    </div>
  )
}
