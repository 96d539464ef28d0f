import type { TraceRequest } from '@throughline/otel-shared'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { openDatabase } from './database.ts'
import { createRetention, type RetentionLimits } from './retention.ts'
import { createSpanWriter } from './span-writer.ts'
import { createTraceFinder, type TraceQuery } from './trace-finder.ts'
import { createTraceReader, type TraceReader } from './trace-reader.ts'

/** Everything that is stored, in one SQLite database. All calls are synchronous. */
export interface TraceStore extends TraceReader, Catalogue {
  /** Stores all of `requests` or, when it throws, nothing; a span that is there already is passed over. */
  write(requests: readonly TraceRequest[]): void
  /** The ids of the traces that match, the latest first. */
  find(query: TraceQuery): string[]
  /** Applies the retention limits. */
  sweep(): void
  close(): void
}

/** Opens the store at `path`. Throws an `Error` that names the path when it cannot be used. */
export function openTraceStore(path: string, limits: RetentionLimits): TraceStore {
  const database = openDatabase(path)
  const writer = createSpanWriter(database)
  const retention = createRetention(database, limits)
  let spanCount = Number(database.prepare('SELECT count(*) AS spans FROM spans').get()?.spans)
  let hasDeleted = false

  function deleteOldest(): void {
    const deleted = retention.sweep(spanCount, Date.now())
    spanCount -= deleted
    hasDeleted ||= deleted > 0
  }

  return {
    ...createCatalogue(database),
    ...createTraceReader(database),
    find: createTraceFinder(database),
    write(requests) {
      spanCount += writer.write(requests)
      if (spanCount > limits.maxSpans) deleteOldest()
    },
    sweep() {
      deleteOldest()
      if (!hasDeleted) return
      retention.tidy()
      writer.forgetIds()
      hasDeleted = false
    },
    close: () => database.close(),
  }
}
