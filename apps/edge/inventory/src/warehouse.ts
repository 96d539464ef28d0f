import { DurableObject } from 'cloudflare:workers'
import { INITIAL_STOCK } from './initial-stock.ts'

/** Whether the pieces were reserved; if not, `available` is the number in stock. */
export type Reservation =
  | { readonly reserved: true }
  | { readonly reserved: false; readonly available: number }

/** The stock: a Durable Object, so that two orders cannot both reserve the last piece. */
export class Warehouse extends DurableObject<unknown> {
  readonly #sql: SqlStorage

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env)
    this.#sql = state.storage.sql
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS stock (product_id TEXT PRIMARY KEY, quantity INTEGER NOT NULL)',
    )
    for (const [productId, quantity] of Object.entries(INITIAL_STOCK))
      this.#sql.exec('INSERT OR IGNORE INTO stock (product_id, quantity) VALUES (?, ?)', productId, quantity)
  }

  /** Throws a `RangeError` when `quantity` is not a positive integer. */
  reserve(productId: string, quantity: number): Reservation {
    assertQuantity(quantity)
    const taken = this.#sql
      .exec(
        'UPDATE stock SET quantity = quantity - ? WHERE product_id = ? AND quantity >= ? RETURNING quantity',
        quantity,
        productId,
        quantity,
      )
      .toArray()
    return taken.length > 0 ? { reserved: true } : { reserved: false, available: this.#quantityOf(productId) }
  }

  /** Throws a `RangeError` when `quantity` is not a positive integer. */
  release(productId: string, quantity: number): void {
    assertQuantity(quantity)
    this.#sql.exec('UPDATE stock SET quantity = quantity + ? WHERE product_id = ?', quantity, productId)
  }

  stock(productIds: readonly string[]): number[] {
    return productIds.map((productId) => this.#quantityOf(productId))
  }

  #quantityOf(productId: string): number {
    const [row] = this.#sql
      .exec<{ quantity: number }>('SELECT quantity FROM stock WHERE product_id = ?', productId)
      .toArray()
    return row?.quantity ?? 0
  }
}

function assertQuantity(quantity: number): void {
  if (!Number.isInteger(quantity) || quantity < 1)
    throw new RangeError(`quantity ${quantity} is not a whole number of 1 or more`)
}
