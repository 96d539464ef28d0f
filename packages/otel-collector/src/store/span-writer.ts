import type { DatabaseSync } from 'node:sqlite'
import type { OtlpResource, OtlpScope, OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { anyValueText } from '../any-value-text.ts'
import { ATTR_SERVICE_NAME, STATUS_ERROR, UNKNOWN_SERVICE } from '../semconv.ts'
import { fitInt64 } from './fit-int64.ts'
import { inTransaction } from './in-transaction.ts'

const MAX_CACHED_IDS = 1000

/** Writes requests to the database. */
export interface SpanWriter {
  /** Stores all of `requests` or, when it throws, nothing. Returns how many spans were new. */
  write(requests: readonly TraceRequest[]): number
  /** Must be called when rows of `resources` or `scopes` were deleted. */
  forgetIds(): void
}

/** Makes a writer that stores a span once: a (trace id, span id) that is already there is passed over. */
export function createSpanWriter(database: DatabaseSync): SpanWriter {
  const insertSpan = database.prepare(`
    INSERT OR IGNORE INTO spans (trace_id, span_id, parent_id, service, name, kind, start_nano, duration_nano,
      error, received_ms, resource_id, scope_id, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const resourceIds = createIdTable(database, 'resources')
  const scopeIds = createIdTable(database, 'scopes')

  function writeRequest(request: TraceRequest, receivedMillis: number): number {
    let written = 0
    for (const { resource, scopeSpans, schemaUrl } of request.resourceSpans) {
      const service = serviceName(resource)
      const resourceId = resourceIds.idOf({ resource, ...(schemaUrl && { schemaUrl }) })
      for (const { scope, spans, schemaUrl } of scopeSpans) {
        const scopeId = scopeIds.idOf({ scope, ...(schemaUrl && { schemaUrl }) })
        for (const span of spans) {
          const { start, duration } = searchTimes(span)
          const { changes } = insertSpan.run(
            span.traceId,
            span.spanId,
            span.parentSpanId || null,
            service,
            span.name,
            span.kind,
            start,
            duration,
            span.status.code === STATUS_ERROR ? 1 : 0,
            receivedMillis,
            resourceId,
            scopeId,
            JSON.stringify(span),
          )
          written += Number(changes)
        }
      }
    }
    return written
  }

  function forgetIds(): void {
    resourceIds.forget()
    scopeIds.forget()
  }

  return {
    forgetIds,
    write(requests) {
      const receivedMillis = Date.now()
      try {
        return inTransaction(database, () => {
          let written = 0
          for (const request of requests) written += writeRequest(request, receivedMillis)
          return written
        })
      } catch (error) {
        // What was rolled back may have been a resource whose id is remembered.
        forgetIds()
        throw error
      }
    },
  }
}

/** What a row of `resources` holds. */
export interface StoredResource {
  readonly resource: OtlpResource
  readonly schemaUrl?: string
}

/** What a row of `scopes` holds. */
export interface StoredScope {
  readonly scope: OtlpScope
  readonly schemaUrl?: string
}

function createIdTable(database: DatabaseSync, table: 'resources' | 'scopes') {
  const insert = database.prepare(`INSERT OR IGNORE INTO ${table} (json) VALUES (?)`)
  const select = database.prepare(`SELECT id FROM ${table} WHERE json = ?`)
  const ids = new Map<string, number>()
  return {
    forget: () => ids.clear(),
    idOf(content: StoredResource | StoredScope): number {
      const json = JSON.stringify(content)
      const known = ids.get(json)
      if (known !== undefined) return known
      insert.run(json)
      const id = Number(select.get(json)?.id)
      if (ids.size >= MAX_CACHED_IDS) ids.clear()
      ids.set(json, id)
      return id
    },
  }
}

function serviceName(resource: OtlpResource): string {
  const attribute = resource.attributes.find(({ key }) => key === ATTR_SERVICE_NAME)
  return (attribute && anyValueText(attribute.value)) || UNKNOWN_SERVICE
}

/** The times for searching fit SQLite's integers; the exact ones are in the span. */
function searchTimes(span: OtlpSpan): { start: bigint; duration: bigint } {
  const start = fitInt64(BigInt(span.startTimeUnixNano))
  return { start, duration: fitInt64(BigInt(span.endTimeUnixNano)) - start }
}
