import {
  type Cart,
  type Order,
  type Product,
  parseCart,
  parseOrder,
  parseProduct,
  parseProducts,
} from './api-shapes.ts'
import { parseErrorBody, ShopError } from './shop-error.ts'

// Every exported function throws only a `ShopError`.

export async function searchProducts(query: string): Promise<Product[]> {
  return parseProducts(
    await request(query === '' ? '/api/products' : `/api/products?${new URLSearchParams({ q: query })}`),
  )
}

export async function getProduct(productId: string): Promise<Product> {
  return parseProduct(await request(`/api/products/${encodeURIComponent(productId)}`))
}

export async function getCart(): Promise<Cart> {
  return parseCart(await request('/api/cart'))
}

export async function putCartItem(productId: string, quantity: number): Promise<Cart> {
  const path = `/api/cart/items/${encodeURIComponent(productId)}`
  return parseCart(await request(path, jsonBody('PUT', { quantity })))
}

export async function postOrder(card: string): Promise<Order> {
  return parseOrder(await request('/api/orders', jsonBody('POST', { card })))
}

export async function getOrder(orderId: string): Promise<Order> {
  return parseOrder(await request(`/api/orders/${encodeURIComponent(orderId)}`))
}

function jsonBody(method: string, body: object): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function request(path: string, init?: RequestInit): Promise<unknown> {
  const response = await reach(path, init)
  const body = await readJson(response)
  if (!response.ok) throw parseErrorBody(response.status, body)
  return body
}

async function reach(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (cause) {
    throw new ShopError('network', 'The shop could not be reached.', { cause })
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}
