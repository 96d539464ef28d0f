import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './in-transaction.ts'

/** How long and how much is kept. */
export interface RetentionLimits {
  /** Age of a trace's oldest span, by arrival. */
  readonly maxAgeMillis: number
  readonly maxSpans: number
}

/** Deletes what is too old or too much. */
export interface Retention {
  /** Deletes whole traces, the first to arrive first. Returns how many spans went. */
  sweep(spanCount: number, nowMillis: number): number
  /** Deletes resources and scopes that no span refers to any more; it reads the whole table, so now and then. */
  tidy(): void
}

// A sweep shares the event loop with the receiver; what is left over waits for the next one.
const MAX_SPANS_A_SWEEP = 20_000

/** Makes the retention for a database. */
export function createRetention(database: DatabaseSync, limits: RetentionLimits): Retention {
  const oldest = database.prepare('SELECT trace_id, received_ms FROM spans ORDER BY id LIMIT 1')
  const deleteTrace = database.prepare('DELETE FROM spans WHERE trace_id = ?')

  function isDue(spanCount: number, receivedMillis: number, nowMillis: number): boolean {
    return spanCount > limits.maxSpans || receivedMillis < nowMillis - limits.maxAgeMillis
  }

  function deleteOldest(spanCount: number, nowMillis: number): number {
    let deleted = 0
    while (deleted < MAX_SPANS_A_SWEEP) {
      const row = oldest.get()
      if (!row || !isDue(spanCount - deleted, Number(row.received_ms), nowMillis)) break
      deleted += Number(deleteTrace.run(String(row.trace_id)).changes)
    }
    return deleted
  }

  return {
    sweep(spanCount, nowMillis) {
      const row = oldest.get()
      if (!row || !isDue(spanCount, Number(row.received_ms), nowMillis)) return 0
      return inTransaction(database, () => deleteOldest(spanCount, nowMillis))
    },
    tidy() {
      inTransaction(database, () => {
        database.exec(`
          DELETE FROM resources WHERE id NOT IN (SELECT resource_id FROM spans);
          DELETE FROM scopes WHERE id NOT IN (SELECT scope_id FROM spans);`)
      })
    },
  }
}
