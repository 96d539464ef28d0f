import { Pool } from 'pg'
import { createTable } from '../process/create-table.ts'
import type { PaymentAccepted } from './payment-accepted.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS receipts (
  payment_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  amount_cents BIGINT NOT NULL
)`

const INSERT = `INSERT INTO receipts (payment_id, order_id, amount_cents) VALUES ($1, $2, $3)
ON CONFLICT (payment_id) DO NOTHING`

/** Receipts in PostgreSQL. */
export interface ReceiptStore {
  /** Stores a receipt. One that exists is left as it is. */
  insert(payment: PaymentAccepted): Promise<void>
  close(): Promise<void>
}

/** Connects to PostgreSQL and creates the table. */
export async function openReceipts(url: string): Promise<ReceiptStore> {
  const pool = new Pool({ connectionString: url })
  await createTable(pool, TABLE)
  return {
    async insert({ paymentId, orderId, amountCents }) {
      await pool.query(INSERT, [paymentId, orderId, amountCents])
    },
    close: () => pool.end(),
  }
}
