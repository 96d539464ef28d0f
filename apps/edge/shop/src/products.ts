import { Hono } from 'hono'
import { findProducts, type Product, searchProducts } from './catalogue.ts'
import type { ShopApp, ShopEnv } from './env.ts'
import { problem } from './problem.ts'

const MAX_QUERY_CHARACTERS = 100

/** `GET /products?q=` and `GET /products/:id`. */
export const products = new Hono<ShopApp>()

products.get('/products', async (c) => {
  const query = (c.req.query('q') ?? '').trim()
  if (query.length > MAX_QUERY_CHARACTERS)
    return problem(c, 400, 'bad_request', `A search has at most ${MAX_QUERY_CHARACTERS} characters.`)
  const found = await searchProducts(c.env.DB, query)
  return c.json({ products: await withStock(c.env, found) })
})

products.get('/products/:id', async (c) => {
  const found = await findProducts(c.env.DB, [c.req.param('id')])
  const [product] = await withStock(c.env, found)
  return product ? c.json(product) : problem(c, 404, 'not_found', 'There is no such product.')
})

async function withStock(env: ShopEnv, found: readonly Product[]): Promise<(Product & { stock: number })[]> {
  if (found.length === 0) return []
  const stock = await env.INVENTORY.stock(found.map(({ id }) => id))
  return found.map((product, index) => ({ ...product, stock: stock[index] ?? 0 }))
}
