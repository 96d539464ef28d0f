import type { DatabaseSync } from 'node:sqlite'
import type { OtlpSpan } from '@throughline/otel-shared'
import { failureReason } from '../../spans/failure-reason.ts'
import { isPageLoad, spanTarget } from '../../spans/span-title.ts'
import type { StoredResource, StoredScope } from '../database/stored.ts'
import type { TraceSummary } from './query-answers.ts'

/** The row ids of a span, its resource and its scope. */
export interface SpanRow {
  readonly id: number
  readonly resourceId: number
  readonly scopeId: number
}

/** Reads single traces. */
export interface TraceReader {
  /** True when spans of the trace are stored. */
  has(traceId: string): boolean
  /** The rows of a trace's spans, earliest first. Empty when there are none. */
  spanRows(traceId: string): SpanRow[]
  /** A span as OTLP JSON. `undefined` when it was deleted in the meantime. */
  spanJson(row: SpanRow): string | undefined
  resource(row: SpanRow): StoredResource
  scope(row: SpanRow): StoredScope
  /** `undefined` when the trace has no spans. */
  summary(traceId: string): TraceSummary | undefined
  /** A string that changes whenever spans of the trace arrive. */
  revision(traceId: string): string
}

const SERVER_KIND = 2
const MAX_SERVICES = 1_000
const MISSING_PARENT = `parent_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM spans p WHERE p.trace_id = s.trace_id AND p.span_id = s.parent_id)`

/** Creates the reader. The connection must have the SQL function `go_on()`. */
export function createTraceReader(database: DatabaseSync): TraceReader {
  const rowsOf = database.prepare(
    'SELECT id, resource_id, scope_id FROM spans WHERE trace_id = ? AND go_on() ORDER BY start_nano, id',
  )
  const anyOf = database.prepare('SELECT 1 FROM spans WHERE trace_id = ? LIMIT 1')
  const dataOf = database.prepare('SELECT data FROM spans WHERE id = ?')
  const resourceOf = database.prepare('SELECT json FROM resources WHERE id = ?')
  const scopeOf = database.prepare('SELECT json FROM scopes WHERE id = ?')
  const totals = database.prepare(`
    SELECT count(*) AS spans, sum(error) AS errors, CAST(min(start_nano) AS TEXT) AS start,
      CAST(max(start_nano + duration_nano) AS TEXT) AS end,
      (SELECT count(*) FROM spans s WHERE trace_id = ?1 AND go_on() AND ${MISSING_PARENT}) AS orphans
    FROM spans WHERE trace_id = ?1 AND go_on()`)
  const services = database.prepare(`
    SELECT service AS name, count(*) AS spanCount, sum(error) AS errorSpanCount FROM spans
    WHERE trace_id = ? AND go_on() GROUP BY service ORDER BY min(start_nano), service LIMIT ${MAX_SERVICES}`)
  // If the root span has not arrived, the earliest span whose parent is missing is used. Broken senders may send
  // cycles, where no parent is missing. Then the earliest span is used.
  const root = database.prepare(`
    SELECT service, name, span_id, kind, data FROM spans s WHERE trace_id = ? AND go_on()
    ORDER BY parent_id IS NOT NULL, NOT (${MISSING_PARENT}), start_nano LIMIT 1`)
  const childActions = database.prepare(`
    SELECT service, name, data FROM spans
    WHERE trace_id = ? AND parent_id = ? AND kind = 1 AND instr(data, '"pageload"') > 0 AND go_on()
    ORDER BY start_nano LIMIT 1`)
  const firstFailure = database.prepare(`
    SELECT service, name, data FROM spans s WHERE trace_id = ? AND error AND go_on() AND NOT EXISTS
      (SELECT 1 FROM spans c WHERE c.trace_id = s.trace_id AND c.parent_id = s.span_id AND c.error)
    ORDER BY start_nano LIMIT 1`)
  const revisionOf = database.prepare(
    'SELECT count(*) AS spans, max(id) AS last FROM spans WHERE trace_id = ? AND go_on()',
  )

  /** Additional fields for the title of a trace. */
  function titleOf(traceId: string, root: Record<string, unknown> | undefined): Partial<TraceSummary> {
    if (!root) return {}
    const rootTarget = spanTarget(parseSpan(String(root.data)))
    const load = root.kind === SERVER_KIND ? childActions.get(traceId, String(root.span_id)) : undefined
    return {
      ...(rootTarget !== undefined && { rootTarget }),
      ...(load &&
        isPageLoad(parseSpan(String(load.data))) && {
          pageLoad: { serviceName: String(load.service), operationName: String(load.name) },
        }),
    }
  }

  function failureOf(traceId: string): Pick<TraceSummary, 'failure'> {
    const span = firstFailure.get(traceId)
    const reason = span && failureReason(parseSpan(String(span.data)))
    if (!reason) return {}
    return { failure: { serviceName: String(span.service), operationName: String(span.name), reason } }
  }

  return {
    has: (traceId) => anyOf.get(traceId) !== undefined,
    spanRows: (traceId) =>
      rowsOf.all(traceId).map((row) => ({
        id: Number(row.id),
        resourceId: Number(row.resource_id),
        scopeId: Number(row.scope_id),
      })),
    spanJson({ id }) {
      const row = dataOf.get(id)
      return row && String(row.data)
    },
    resource({ resourceId }) {
      const row = resourceOf.get(resourceId)
      return row ? (JSON.parse(String(row.json)) as StoredResource) : { resource: { attributes: [] } }
    },
    scope({ scopeId }) {
      const row = scopeOf.get(scopeId)
      return row ? (JSON.parse(String(row.json)) as StoredScope) : { scope: { name: '' } }
    },
    summary(traceId) {
      const total = totals.get(traceId)
      if (!total || Number(total.spans) === 0) return undefined
      const first = root.get(traceId)
      return {
        ...titleOf(traceId, first),
        ...(Number(total.errors) > 0 && failureOf(traceId)),
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

/** Parses a span from the database. It is not validated, since this process wrote it. */
export function parseSpan(json: string): OtlpSpan {
  return JSON.parse(json) as OtlpSpan
}
