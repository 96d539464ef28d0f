import type { JSX } from 'preact'
import { shelf } from '../catalogue.ts'
import { EmptyState } from '../empty-state.tsx'
import { LoadFailure } from '../load-failure.tsx'
import { PageHeading } from '../page-heading.tsx'
import { ProductCard } from '../product-card.tsx'
import { SearchField } from '../search-field.tsx'
import { useResource } from '../use-resource.ts'

export function ProductsPage({ query }: { readonly query: string }): JSX.Element {
  const { data: products, dataKey: foundQuery, error, loading, reload } = useResource(query, shelf)
  return (
    <>
      <div class="hero">
        <PageHeading title="Shop">Good things for any weather</PageHeading>
        <p class="lead">A few well-made companions for wet mornings, bright noons and long evenings.</p>
        <SearchField query={query} />
      </div>
      <p class="result-count" role="status">
        {loading && products === undefined
          ? 'Loading products…'
          : describeCount(products?.length, foundQuery)}
      </p>
      {error !== undefined && (
        <LoadFailure what="the products" error={error} takesFocus={false} onRetry={reload} />
      )}
      {products === undefined && error === undefined && <ShelfPlaceholder />}
      {products?.length === 0 && (
        <EmptyState>
          <h2>Nothing here by that name</h2>
          <p>Try fewer letters, or another word for it.</p>
          <a class="button" href="/">
            Show everything
          </a>
        </EmptyState>
      )}
      <ul class="shelf" aria-busy={loading}>
        {products?.map((product) => (
          <li key={product.id}>
            <ProductCard product={product} />
          </li>
        ))}
      </ul>
    </>
  )
}

function describeCount(count: number | undefined, query = ''): string {
  if (count === undefined) return ''
  const products = count === 1 ? '1 product' : `${count} products`
  return query === '' ? products : `${products} for “${query}”`
}

function ShelfPlaceholder(): JSX.Element {
  return (
    <ul class="shelf" aria-hidden="true">
      {Array.from({ length: 8 }, (_, index) => (
        <li key={index} class="card">
          <div class="illustration placeholder" />
          <div class="card-text">
            <div class="placeholder placeholder-line" />
          </div>
        </li>
      ))}
    </ul>
  )
}
