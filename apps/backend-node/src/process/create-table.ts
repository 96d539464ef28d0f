import type { Pool } from 'pg'

// Services that start at once do not create the same table at once, which PostgreSQL refuses.
const LOCK = 7_211_001

/** Creates a table if it does not exist. This belongs to no request and is not traced. */
export async function createTable(pool: Pool, statement: string): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await client.query(statement)
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
