import type { Payments } from './payments.ts'
import { openTracedDatabase, type Statement } from './traced-database.ts'

// The only test card that is accepted. All others are declined.
const CARD_WITH_MONEY = '4242424242424242'

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

/**
 * Opens the payments' database at `path` (`:memory:` for a database in memory). The card number is not stored, only the
 * digits that a receipt shows.
 */
export function openLocalPayments(path: string): Payments {
  const database = openTracedDatabase(path, SCHEMA)
  return {
    async pay({ orderId, amountCents, card }) {
      if (card !== CARD_WITH_MONEY) return { outcome: 'refused' }
      const row = database.get(INSERT, crypto.randomUUID(), orderId, amountCents, card.slice(-4))
      return { outcome: 'accepted', paymentId: String(row?.id) }
    },
    close: () => database.close(),
  }
}
