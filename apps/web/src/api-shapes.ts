import { ShopError } from './shop-error.ts'

export interface Product {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly priceCents: number
  readonly stock: number
}

export interface CartItem {
  readonly productId: string
  readonly name: string
  readonly priceCents: number
  readonly quantity: number
}

export interface Cart {
  readonly items: readonly CartItem[]
  readonly totalCents: number
}

export interface Order {
  readonly orderId: string
  readonly totalCents: number
  readonly status: 'paid' | 'fulfilled'
}

export function parseProducts(body: unknown): Product[] {
  return list(body, 'products').map(parseProduct)
}

export function parseProduct(body: unknown): Product {
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    description: text(body, 'description'),
    priceCents: number(body, 'priceCents'),
    stock: number(body, 'stock'),
  }
}

export function parseCart(body: unknown): Cart {
  return { items: list(body, 'items').map(parseCartItem), totalCents: number(body, 'totalCents') }
}

export function parseOrder(body: unknown): Order {
  const status = text(body, 'status')
  if (status !== 'paid' && status !== 'fulfilled') throw unexpected('status')
  return { orderId: text(body, 'orderId'), totalCents: number(body, 'totalCents'), status }
}

function parseCartItem(body: unknown): CartItem {
  return {
    productId: text(body, 'productId'),
    name: text(body, 'name'),
    priceCents: number(body, 'priceCents'),
    quantity: number(body, 'quantity'),
  }
}

function text(body: unknown, name: string): string {
  const value = property(body, name)
  if (typeof value !== 'string') throw unexpected(name)
  return value
}

function number(body: unknown, name: string): number {
  const value = property(body, name)
  if (typeof value !== 'number') throw unexpected(name)
  return value
}

function list(body: unknown, name: string): unknown[] {
  const value = property(body, name)
  if (!Array.isArray(value)) throw unexpected(name)
  return value
}

function property(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

function unexpected(name: string): ShopError {
  return new ShopError('unexpected', `The shop's answer could not be read: ${name} is missing or wrong.`)
}
