import { getProduct, searchProducts } from './api.ts'
import type { Product } from './api-shapes.ts'
import type { ResourceSource } from './use-resource.ts'

// Cache: earlier results are shown immediately while newer ones are fetched.
const seenProducts = new Map<string, Product>()
const seenSearches = new Map<string, Product[]>()

/** Lists of products, by search text. */
export const shelf: ResourceSource<Product[]> = {
  async load(query) {
    const found = await searchProducts(query)
    seenSearches.set(query, found)
    for (const product of found) seenProducts.set(product.id, product)
    return found
  },
  known: (query) => seenSearches.get(query),
}

/** Single products, by product id. */
export const products: ResourceSource<Product> = {
  async load(productId) {
    const product = await getProduct(productId)
    seenProducts.set(productId, product)
    return product
  },
  known: (productId) => seenProducts.get(productId),
}
