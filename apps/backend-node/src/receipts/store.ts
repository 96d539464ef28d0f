import type { Logger } from 'pino'
import { openPool } from '../process/open-pool.ts'
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
export async function openReceipts(url: string, logger: Logger): Promise<ReceiptStore> {
  const pool = await openPool({ url, logger, table: TABLE })
  return {
    async insert({ paymentId, orderId, amountCents }) {
      await pool.query(INSERT, [paymentId, orderId, amountCents])
    },
    close: () => pool.end(),
  }
}
