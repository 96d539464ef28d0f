import type { DatabaseSync } from 'node:sqlite'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { createTraceFinder, type TraceQuery } from './trace-finder.ts'
import { createTraceReader, type TraceReader } from './trace-reader.ts'

/** The read interface of the database. All calls are synchronous. */
export interface QueryStore extends TraceReader, Catalogue {
  /** The ids of matching traces, latest first. */
  find(query: TraceQuery): string[]
}

/** Creates the read interface. The connection must have the SQL function `go_on()`. */
export function createQueryStore(database: DatabaseSync): QueryStore {
  return {
    ...createCatalogue(database),
    ...createTraceReader(database),
    find: createTraceFinder(database),
  }
}
