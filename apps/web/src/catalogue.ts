import { getProduct, searchProducts } from './api.ts'
import type { Product } from './api-shapes.ts'

// What was seen once is shown at once the next time, while the fresh answer is on its way.
const products = new Map<string, Product>()
const searches = new Map<string, Product[]>()

export async function loadProducts(query: string): Promise<Product[]> {
  const found = await searchProducts(query)
  searches.set(query, found)
  for (const product of found) products.set(product.id, product)
  return found
}

export async function loadProduct(productId: string): Promise<Product> {
  const product = await getProduct(productId)
  products.set(productId, product)
  return product
}

export function knownProducts(query: string): Product[] | undefined {
  return searches.get(query)
}

export function knownProduct(productId: string): Product | undefined {
  return products.get(productId)
}
