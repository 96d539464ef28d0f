import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './in-transaction.ts'
import type { Amount } from './span-writer.ts'

/** How long and how much is kept. */
export interface RetentionLimits {
  /** Age of a trace's oldest span, by arrival. */
  readonly maxAgeMillis: number
  readonly maxSpans: number
  /** Of the spans' JSON. The file is larger, by its indices among others. */
  readonly maxBytes: number
}

/** Deletes what is too old or too much. */
export interface Retention {
  /**
   * Deletes whole traces, the first to arrive first, and returns what went.
   *
   * @param written spans that were just stored: at least as many may go, so that no flood outruns it.
   */
  sweep(stored: Amount, nowMillis: number, written?: number): Amount
  /** Deletes resources and scopes that no span refers to any more; it reads the whole table, so now and then. */
  tidy(): void
}

// A sweep shares the event loop with the receiver; what is left over waits for the next one.
const MAX_SPANS_A_SWEEP = 20_000

/** Makes the retention for a database. */
export function createRetention(database: DatabaseSync, limits: RetentionLimits): Retention {
  const oldest = database.prepare('SELECT trace_id, received_ms FROM spans ORDER BY id LIMIT 1')
  const sizeOfTrace = database.prepare(
    'SELECT sum(octet_length(data)) AS bytes FROM spans WHERE trace_id = ?',
  )
  const deleteTrace = database.prepare('DELETE FROM spans WHERE trace_id = ?')

  function isDue({ spans, bytes }: Amount, receivedMillis: number, nowMillis: number): boolean {
    return (
      spans > limits.maxSpans || bytes > limits.maxBytes || receivedMillis < nowMillis - limits.maxAgeMillis
    )
  }

  function deleteOldest(stored: Amount, nowMillis: number, written: number): Amount {
    let spans = 0
    let bytes = 0
    while (spans < Math.max(MAX_SPANS_A_SWEEP, written)) {
      const row = oldest.get()
      const left = { spans: stored.spans - spans, bytes: stored.bytes - bytes }
      if (!row || !isDue(left, Number(row.received_ms), nowMillis)) break
      const traceId = String(row.trace_id)
      bytes += Number(sizeOfTrace.get(traceId)?.bytes)
      spans += Number(deleteTrace.run(traceId).changes)
    }
    return { spans, bytes }
  }

  return {
    sweep(stored, nowMillis, written = 0) {
      const row = oldest.get()
      if (!row || !isDue(stored, Number(row.received_ms), nowMillis)) return { spans: 0, bytes: 0 }
      return inTransaction(database, () => deleteOldest(stored, nowMillis, written))
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
