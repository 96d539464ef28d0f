import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from '../database/in-transaction.ts'

/** Limits of the age and the size of the data. */
export interface RetentionLimits {
  /** Maximum age of the oldest span of a trace, by its time of arrival. */
  readonly maxAgeMillis: number
  readonly maxSpans: number
  /** Maximum size of the database: spans, resources, scopes, names and indices. */
  readonly maxBytes: number
}

/** Deletes the oldest traces beyond the limits. */
export interface Retention {
  /** To be called with the number of spans that were stored. */
  add(spans: number): void
  /**
   * Deletes traces in order of arrival until the size limits are met, however long that takes. Then deletes expired
   * traces, and the rest of a partly deleted one, for at most `maxMillis`.
   */
  sweep(nowMillis: number, maxMillis: number): SweepResult
}

interface SweepResult {
  /** False when time ran out. */
  readonly isDone: boolean
  /** False when resources or scopes were deleted, so that cached ids of them are invalid. */
  readonly areIdsValid: boolean
}

// Limits the spans per transaction, so that the write-ahead log stays short.
const SPANS_A_TRANSACTION = 250

/** Creates the retention of a database. */
export function createRetention(database: DatabaseSync, limits: RetentionLimits): Retention {
  const pageCount = database.prepare('PRAGMA page_count')
  const freePages = database.prepare('PRAGMA freelist_count')
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  const oldest = database.prepare('SELECT trace_id, received_ms FROM spans ORDER BY id LIMIT 1')
  const deleteSpans = database.prepare(`
    DELETE FROM spans WHERE id IN (SELECT id FROM spans WHERE trace_id = ? ORDER BY id LIMIT ${SPANS_A_TRANSACTION})
    RETURNING resource_id, scope_id`)
  const deleteResource = database.prepare(
    'DELETE FROM resources WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM spans WHERE resource_id = ?1)',
  )
  const deleteScope = database.prepare(
    'DELETE FROM scopes WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM spans WHERE scope_id = ?1)',
  )
  let stored = Number(database.prepare('SELECT count(*) AS spans FROM spans').get()?.spans)
  // A large trace that is partly deleted. Its rest is deleted before the next trace.
  let unfinished: string | undefined

  function usedBytes(): number {
    const used = Number(pageCount.get()?.page_count) - Number(freePages.get()?.freelist_count)
    return used * pageBytes
  }

  function isTooMuch(): boolean {
    return stored > limits.maxSpans || usedBytes() > limits.maxBytes
  }

  function nextTrace(nowMillis: number, anyAge: boolean): string | undefined {
    if (unfinished !== undefined) return unfinished
    const row = oldest.get()
    const isDue = row && (anyAge || Number(row.received_ms) < nowMillis - limits.maxAgeMillis)
    return isDue ? String(row.trace_id) : undefined
  }

  /** Deletes some spans of a trace. Returns whether cached ids of resources and scopes are still valid. */
  function deleteSome(traceId: string): boolean {
    const [resourceIds, scopeIds] = [new Set<number>(), new Set<number>()]
    let deleted = 0
    const orphans = inTransaction(database, () => {
      for (const row of deleteSpans.all(traceId)) {
        deleted++
        resourceIds.add(Number(row.resource_id))
        scopeIds.add(Number(row.scope_id))
      }
      let changes = 0
      for (const id of resourceIds) changes += Number(deleteResource.run(id).changes)
      for (const id of scopeIds) changes += Number(deleteScope.run(id).changes)
      return changes
    })
    stored -= deleted
    unfinished = deleted === SPANS_A_TRANSACTION ? traceId : undefined
    return orphans === 0
  }

  return {
    add(spans) {
      stored += spans
    },
    sweep(nowMillis, maxMillis) {
      const end = performance.now() + maxMillis
      let areIdsValid = true
      for (;;) {
        const anyAge = isTooMuch()
        const traceId = nextTrace(nowMillis, anyAge)
        if (traceId === undefined) return { isDone: true, areIdsValid }
        if (!anyAge && performance.now() >= end) return { isDone: false, areIdsValid }
        areIdsValid = deleteSome(traceId) && areIdsValid
      }
    },
  }
}
