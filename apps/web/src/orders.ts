import type { Order } from './api-shapes.ts'

// An order that was just placed is shown immediately, while its status is fetched.
const placed = new Map<string, Order>()

export function rememberOrder(order: Order): void {
  placed.set(order.orderId, order)
}

export function knownOrder(orderId: string): Order | undefined {
  return placed.get(orderId)
}
