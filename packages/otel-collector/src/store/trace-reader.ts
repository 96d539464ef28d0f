import type { DatabaseSync } from 'node:sqlite'
import type { OtlpSpan, ResourceSpans, ScopeSpans } from '@throughline/otel-shared'
import type { TraceSummary } from './query-answers.ts'
import type { StoredResource, StoredScope } from './span-writer.ts'

/** Reads single traces. */
export interface TraceReader {
  /** The spans of a trace by resource and scope, earliest first; `[]` when there are none. */
  trace(traceId: string): ResourceSpans[]
  /** `undefined` when the trace has no spans. */
  summary(traceId: string): TraceSummary | undefined
  /** A text that changes whenever spans of the trace arrive. */
  revision(traceId: string): string
}

const MISSING_PARENT = `parent_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM spans p WHERE p.trace_id = s.trace_id AND p.span_id = s.parent_id)`

/** Makes the reader of single traces. */
export function createTraceReader(database: DatabaseSync): TraceReader {
  const spansOf = database.prepare(
    'SELECT resource_id, scope_id, data FROM spans WHERE trace_id = ? ORDER BY start_nano, id',
  )
  const resourceOf = database.prepare('SELECT json FROM resources WHERE id = ?')
  const scopeOf = database.prepare('SELECT json FROM scopes WHERE id = ?')
  const totals = database.prepare(`
    SELECT count(*) AS spans, sum(error) AS errors, CAST(min(start_nano) AS TEXT) AS start,
      CAST(max(start_nano + duration_nano) AS TEXT) AS end,
      (SELECT count(*) FROM spans s WHERE trace_id = ?1 AND ${MISSING_PARENT}) AS orphans
    FROM spans WHERE trace_id = ?1`)
  const services = database.prepare(`
    SELECT service AS name, count(*) AS spanCount, sum(error) AS errorSpanCount FROM spans WHERE trace_id = ?
    GROUP BY service ORDER BY min(start_nano), service`)
  // Of a trace whose root has not come, the earliest span without its parent stands in; broken senders make circles,
  // where none is without one.
  const root = database.prepare(`
    SELECT service, name FROM spans s WHERE trace_id = ?
    ORDER BY parent_id IS NOT NULL, NOT (${MISSING_PARENT}), start_nano LIMIT 1`)
  const revisionOf = database.prepare(
    'SELECT count(*) AS spans, max(id) AS last FROM spans WHERE trace_id = ?',
  )

  return {
    trace(traceId) {
      const byResource = new Map<number, Map<number, OtlpSpan[]>>()
      for (const row of spansOf.iterate(traceId)) {
        const byScope = entry(byResource, Number(row.resource_id), () => new Map<number, OtlpSpan[]>())
        entry(byScope, Number(row.scope_id), () => []).push(JSON.parse(String(row.data)) as OtlpSpan)
      }
      return Array.from(byResource, ([resourceId, byScope]): ResourceSpans => {
        const { resource, schemaUrl } = JSON.parse(String(resourceOf.get(resourceId)?.json)) as StoredResource
        const scopeSpans = Array.from(byScope, ([scopeId, spans]): ScopeSpans => {
          const { scope, schemaUrl } = JSON.parse(String(scopeOf.get(scopeId)?.json)) as StoredScope
          return { scope, spans, ...(schemaUrl !== undefined && { schemaUrl }) }
        })
        return { resource, scopeSpans, ...(schemaUrl !== undefined && { schemaUrl }) }
      })
    },
    summary(traceId) {
      const total = totals.get(traceId)
      if (!total || Number(total.spans) === 0) return undefined
      const first = root.get(traceId)
      return {
        traceId,
        rootServiceName: String(first?.service ?? ''),
        rootOperationName: String(first?.name ?? ''),
        minStartTimeUnixNano: String(total.start),
        maxEndTimeUnixNano: String(total.end),
        spanCount: Number(total.spans),
        errorSpanCount: Number(total.errors),
        orphanSpanCount: Number(total.orphans),
        services: services.all(traceId).map((row) => ({
          name: String(row.name),
          spanCount: Number(row.spanCount),
          errorSpanCount: Number(row.errorSpanCount),
        })),
      }
    },
    revision(traceId) {
      const row = revisionOf.get(traceId)
      return `${Number(row?.spans)}-${Number(row?.last ?? 0)}`
    },
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
