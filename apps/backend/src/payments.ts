import { openTracedDatabase, type Statement } from './traced-database.ts'

/** A payment that was accepted. The card number is not stored, only the digits that a receipt shows. */
interface Payment {
  readonly orderId: string
  readonly amountCents: number
  readonly cardLastFour: string
}

export interface Payments {
  /** Stores a payment and returns its id; for an order that is already paid, the id of the first payment. */
  insert(payment: Payment): string
  close(): void
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS payments (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL UNIQUE,
  amount_cents INTEGER NOT NULL,
  card_last_four TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
)`

// A caller retries after a time-out. The update changes nothing, but makes RETURNING return the first id.
const INSERT: Statement = {
  operation: 'INSERT',
  collection: 'payments',
  sql: `INSERT INTO payments (id, order_id, amount_cents, card_last_four) VALUES (?, ?, ?, ?)
ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id RETURNING id`,
}

/** Opens the payments' database at `path` (`:memory:` for a database in memory). */
export function openPayments(path: string): Payments {
  const database = openTracedDatabase(path, SCHEMA)
  return {
    insert({ orderId, amountCents, cardLastFour }) {
      const row = database.get(INSERT, crypto.randomUUID(), orderId, amountCents, cardLastFour)
      return String(row?.id)
    },
    close: () => database.close(),
  }
}
