import { getProduct, searchProducts } from './api.ts'
import type { Product } from './api-shapes.ts'
import type { ResourceSource } from './use-resource.ts'

// What was seen once is shown at once the next time, while the fresh answer is on its way.
const seenProducts = new Map<string, Product>()
const seenSearches = new Map<string, Product[]>()

/** What is on the shelf, by search text. */
export const shelf: ResourceSource<Product[]> = {
  async load(query) {
    const found = await searchProducts(query)
    seenSearches.set(query, found)
    for (const product of found) seenProducts.set(product.id, product)
    return found
  },
  known: (query) => seenSearches.get(query),
}

/** Single products, by id. */
export const products: ResourceSource<Product> = {
  async load(productId) {
    const product = await getProduct(productId)
    seenProducts.set(productId, product)
    return product
  },
  known: (productId) => seenProducts.get(productId),
}
