import { Pool } from 'pg'
import type { Logger } from 'pino'

export interface PoolOptions {
  readonly url: string
  readonly logger: Logger
  /** The statement that creates the table, if it does not exist. */
  readonly table: string
}

// PostgreSQL refuses to create a table twice at the same time, as services that start together would.
const LOCK = 7_211_001

/** Connects to PostgreSQL and creates a table. This belongs to no request and is not traced. */
export async function openPool({ url, logger, table }: PoolOptions): Promise<Pool> {
  const pool = new Pool({ connectionString: url })
  // The pool replaces a connection that is lost while it is idle. Without a listener, the process ends.
  pool.on('error', (error) => logger.warn({ err: error }, 'postgresql disconnected'))
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await client.query(table)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  return pool
}
