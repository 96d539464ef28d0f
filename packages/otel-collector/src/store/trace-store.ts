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
  const stored = database
    .prepare('SELECT count(*) AS spans, sum(octet_length(data)) AS bytes FROM spans')
    .get()
  let spans = Number(stored?.spans)
  let bytes = Number(stored?.bytes)
  let hasDeleted = false

  function deleteOldest(written?: number): void {
    const deleted = retention.sweep({ spans, bytes }, Date.now(), written)
    spans -= deleted.spans
    bytes -= deleted.bytes
    hasDeleted ||= deleted.spans > 0
  }

  return {
    ...createCatalogue(database),
    ...createTraceReader(database),
    find: createTraceFinder(database),
    write(requests) {
      const written = writer.write(requests)
      spans += written.spans
      bytes += written.bytes
      if (spans > limits.maxSpans || bytes > limits.maxBytes) deleteOldest(written.spans)
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
