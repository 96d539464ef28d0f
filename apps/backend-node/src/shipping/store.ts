import type { Logger } from 'pino'
import type { Booking } from '../carrier/client.ts'
import { openPool } from '../process/open-pool.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS shipments (
  id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL UNIQUE,
  tracking_number TEXT NOT NULL,
  slot TEXT NOT NULL,
  dispatched_at TIMESTAMPTZ
)`

// A caller retries after a time-out. The update changes nothing, but makes RETURNING return the first shipment.
const INSERT = `INSERT INTO shipments (id, order_id, tracking_number, slot) VALUES ($1, $2, $3, $4)
ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id RETURNING id, tracking_number AS "trackingNumber"`

const DISPATCH = 'UPDATE shipments SET dispatched_at = coalesce(dispatched_at, now()) WHERE id = $1'

export interface Shipment {
  readonly id: string
  readonly trackingNumber: string
}

/** Shipments in PostgreSQL. */
export interface ShipmentStore {
  /** Stores a booked shipment and returns it; for an order that is already booked, the first shipment. */
  insert(orderId: string, booking: Booking): Promise<Shipment>
  /** False if there is no such shipment. */
  dispatch(shipmentId: string): Promise<boolean>
  close(): Promise<void>
}

/** Connects to PostgreSQL and creates the table. */
export async function openShipments(url: string, logger: Logger): Promise<ShipmentStore> {
  const pool = await openPool({ url, logger, table: TABLE })
  return {
    async insert(orderId, { trackingNumber, slot }) {
      const values = [crypto.randomUUID(), orderId, trackingNumber, slot]
      const { rows } = await pool.query<Shipment>(INSERT, values)
      const [shipment] = rows
      if (!shipment) throw new Error('the shipment was not stored')
      return shipment
    },
    dispatch: async (shipmentId) => (await pool.query(DISPATCH, [shipmentId])).rowCount === 1,
    close: () => pool.end(),
  }
}
