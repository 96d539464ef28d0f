import type { DatabaseSync } from 'node:sqlite'
import { spanKindName } from '../semconv.ts'
import { fitInt64 } from './fit-int64.ts'
import type { Dependency, Operation } from './query-answers.ts'

/** What there is to search for. */
export interface Catalogue {
  services(): string[]
  operations(service: string, spanKind?: string): Operation[]
  /** Between two times in Unix nanoseconds. */
  dependencies(startMinNano: bigint, startMaxNano: bigint): Dependency[]
}

/** Makes the reader of services, operations and the calls between services. */
export function createCatalogue(database: DatabaseSync): Catalogue {
  const services = database.prepare('SELECT DISTINCT service FROM spans ORDER BY service')
  const operations = database.prepare(
    'SELECT DISTINCT name, kind FROM spans WHERE service = ? ORDER BY name, kind',
  )
  const dependencies = database.prepare(`
    SELECT p.service AS parent, c.service AS child, count(*) AS callCount
    FROM spans c JOIN spans p ON p.trace_id = c.trace_id AND p.span_id = c.parent_id
    WHERE c.start_nano BETWEEN ? AND ? AND p.service <> c.service
    GROUP BY p.service, c.service ORDER BY p.service, c.service`)
  return {
    services: () => services.all().map((row) => String(row.service)),
    operations(service, spanKind) {
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
