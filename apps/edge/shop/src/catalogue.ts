/** A product in the catalogue. The inventory has its stock. */
export interface Product {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly priceCents: number
  /** The name of its illustration. */
  readonly image: string
}

const SELECT = 'SELECT id, name, description, price_cents AS priceCents, image FROM products'

/** All products whose name or description contains `query`, in the shop's order; all products if `query` is empty. */
export async function searchProducts(database: D1Database, query: string): Promise<Product[]> {
  if (query === '') {
    const { results } = await database.prepare(`${SELECT} ORDER BY position`).all<Product>()
    return results
  }
  const pattern = `%${query.replaceAll(/[\\%_]/g, '\\$&')}%`
  const { results } = await database
    .prepare(`${SELECT} WHERE name LIKE ?1 ESCAPE '\\' OR description LIKE ?1 ESCAPE '\\' ORDER BY position`)
    .bind(pattern)
    .all<Product>()
  return results
}

/** Those of the products that exist, in the shop's order. */
export async function findProducts(database: D1Database, ids: readonly string[]): Promise<Product[]> {
  if (ids.length === 0) return []
  const { results } = await database
    .prepare(`${SELECT} WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY position`)
    .bind(...ids)
    .all<Product>()
  return results
}
