import type { DatabaseSync } from 'node:sqlite'
import type { TraceRequest } from '@throughline/otel-shared'
import { onTestFinished } from 'vitest'
import { createInterrupt } from '../src/query/interrupt.ts'
import { openDatabase } from '../src/store/database/database.ts'
import { createQueryStore, type QueryStore } from '../src/store/read/query-store.ts'
import { createSpanWriter, type SpanWriter } from '../src/store/write/span-writer.ts'

/** A database with a reader and a writer, which is deleted at the end of the test. */
export interface TestStore {
  readonly database: DatabaseSync
  readonly writer: SpanWriter
  readonly queries: QueryStore
  /** Stores requests; returns how many of their spans were new. */
  store(...requests: readonly TraceRequest[]): number
  /** How many rows a table has. */
  count(table: 'spans' | 'resources' | 'scopes'): number
}

export function openTestStore(): TestStore {
  const { database, close } = openDatabase(':memory:')
  onTestFinished(close)
  createInterrupt(database)
  const writer = createSpanWriter(database)
  return {
    database,
    writer,
    queries: createQueryStore(database),
    store(...requests) {
      let stored = 0
      writer.write(requests, 1_000_000, (spans) => {
        stored += spans
      })
      return stored
    },
    count(table) {
      return Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows)
    },
  }
}
