import type { JSX } from 'preact'
import { AddToCart } from '../add-to-cart.tsx'
import type { Product } from '../api-shapes.ts'
import { products } from '../catalogue.ts'
import { EmptyState } from '../empty-state.tsx'
import { Illustration } from '../illustrations/illustration.tsx'
import { LoadFailure, type LoadFailureProps } from '../load-failure.tsx'
import { formatCents } from '../money.ts'
import { PageHeading } from '../page-heading.tsx'
import { StockNote } from '../stock-note.tsx'
import { useResource } from '../use-resource.ts'

export function ProductPage({ productId }: { readonly productId: string }): JSX.Element {
  const { data: product, error, reload } = useResource(productId, products)
  if (error?.code === 'not_found') return <UnknownProduct />
  if (product !== undefined) return <ProductDetails product={product} />
  if (error !== undefined) return <ProductFailure error={error} onRetry={reload} />
  return <ProductPlaceholder />
}

function ProductDetails({ product }: { readonly product: Product }): JSX.Element {
  return (
    <>
      <BackLink />
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

function BackLink(): JSX.Element {
  return (
    <a class="back-link" href="/">
      All products
    </a>
  )
}

function ProductFailure({ error, onRetry }: Pick<LoadFailureProps, 'error' | 'onRetry'>): JSX.Element {
  return (
    <>
      <BackLink />
      <PageHeading title="Product" />
      <LoadFailure what="this product" error={error} onRetry={onRetry} />
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
    <>
      <BackLink />
      <p class="visually-hidden" role="status">
        Loading product…
      </p>
      <div class="product" aria-hidden="true">
        <div class="illustration placeholder" />
        <div class="product-text">
          <div class="placeholder placeholder-heading" />
          <div class="placeholder placeholder-line" />
          <div class="placeholder placeholder-line" />
        </div>
      </div>
    </>
  )
}
