import type { DatabaseSync } from 'node:sqlite'
import { spanKindName } from '../../spans/semconv.ts'
import { fitInt64 } from '../database/fit-int64.ts'
import type { Dependency, Operation } from './query-answers.ts'

// Limits the result, since senders can invent any number of names.
const MAX_NAMES = 10_000

/** Lists of services and operations, and the calls between services. */
export interface Catalogue {
  services(): string[]
  operations(service: string, spanKind?: string): Operation[]
  /** The calls between services in a time range, in Unix nanoseconds. */
  dependencies(startMinNano: bigint, startMaxNano: bigint): Dependency[]
}

/** Creates the catalogue. The connection must have the SQL function `go_on()`, which throws to end a query (`interrupt.ts`). */
export function createCatalogue(database: DatabaseSync): Catalogue {
  // Jumps from one name to the next in the index: `SELECT DISTINCT` would read all spans.
  const services = database.prepare(`
    WITH RECURSIVE found (service) AS (
      SELECT min(service) FROM spans
      UNION ALL
      SELECT (SELECT min(service) FROM spans s WHERE s.service > f.service) FROM found f
      WHERE f.service IS NOT NULL AND go_on())
    SELECT service FROM found WHERE service IS NOT NULL LIMIT ${MAX_NAMES}`)
  const operations = database.prepare(
    `SELECT DISTINCT name, kind FROM spans WHERE service = ? AND go_on() ORDER BY name, kind LIMIT ${MAX_NAMES}`,
  )
  const dependencies = database.prepare(`
    SELECT p.service AS parent, c.service AS child, count(*) AS callCount
    FROM spans c JOIN spans p ON p.trace_id = c.trace_id AND p.span_id = c.parent_id
    WHERE c.start_nano BETWEEN ? AND ? AND p.service <> c.service AND go_on()
    GROUP BY p.service, c.service ORDER BY p.service, c.service LIMIT ${MAX_NAMES}`)
  return {
    services: () => services.all().map((row) => String(row.service)),
    operations(service, spanKind) {
      // Jaeger has one name for the kinds unspecified and internal, so two rows can be the same operation.
      const found = new Map<string, Operation>()
      for (const row of operations.all(service)) {
        const operation = { name: String(row.name), spanKind: spanKindName(Number(row.kind)) }
        if (spanKind && spanKind !== operation.spanKind) continue
        found.set(`${operation.spanKind} ${operation.name}`, operation)
      }
      return [...found.values()]
    },
    dependencies: (startMinNano, startMaxNano) =>
      dependencies.all(fitInt64(startMinNano), fitInt64(startMaxNano)).map((row) => ({
        parent: String(row.parent),
        child: String(row.child),
        callCount: Number(row.callCount),
      })),
  }
}
