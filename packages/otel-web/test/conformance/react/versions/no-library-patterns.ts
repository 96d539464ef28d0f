import type { OrdersResult } from '../orders.ts'
import type { ReactPattern } from '../patterns.ts'

/** In place of the patterns of libraries, for other versions of React. */
export const LIBRARY_PATTERNS: readonly ReactPattern[] = []

export const runRouterOrders = async (): Promise<OrdersResult> => ({ orders: 0, looks: [] })
