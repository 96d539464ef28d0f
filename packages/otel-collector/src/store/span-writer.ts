import type { DatabaseSync } from 'node:sqlite'
import type { OtlpResource, OtlpScope, OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { anyValueText } from '../any-value-text.ts'
import { ATTR_SERVICE_NAME, STATUS_ERROR, TAG_ERROR, UNKNOWN_SERVICE } from '../semconv.ts'
import { fitInt64 } from './fit-int64.ts'
import { inTransaction } from './in-transaction.ts'

const MAX_CACHED_IDS = 1000

/** How much of spans: their number, and the bytes of their JSON. */
export interface Amount {
  readonly spans: number
  readonly bytes: number
}

/** Writes requests to the database. */
export interface SpanWriter {
  /** Stores all of `requests` or, when it throws, nothing. Returns what was new. */
  write(requests: readonly TraceRequest[]): Amount
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

  function writeRequest(request: TraceRequest, receivedMillis: number): Amount {
    let written = 0
    let bytes = 0
    for (const { resource, scopeSpans, schemaUrl } of request.resourceSpans) {
      const service = serviceName(resource)
      const resourceId = resourceIds.idOf({ resource, ...(schemaUrl && { schemaUrl }) })
      for (const { scope, spans, schemaUrl } of scopeSpans) {
        const scopeId = scopeIds.idOf({ scope, ...(schemaUrl && { schemaUrl }) })
        for (const span of spans) {
          const { start, duration } = searchTimes(span)
          const data = JSON.stringify(span)
          const { changes } = insertSpan.run(
            span.traceId,
            span.spanId,
            span.parentSpanId || null,
            service,
            span.name,
            span.kind,
            start,
            duration,
            isError(span) ? 1 : 0,
            receivedMillis,
            resourceId,
            scopeId,
            data,
          )
          if (Number(changes) === 0) continue
          written++
          bytes += Buffer.byteLength(data)
        }
      }
    }
    return { spans: written, bytes }
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
          let spans = 0
          let bytes = 0
          for (const request of requests) {
            const written = writeRequest(request, receivedMillis)
            spans += written.spans
            bytes += written.bytes
          }
          return { spans, bytes }
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

/** By its status or, as bridges from OpenTracing say it, by an attribute: Jaeger shows both alike. */
function isError({ status, attributes }: OtlpSpan): boolean {
  if (status.code === STATUS_ERROR) return true
  return attributes.some(({ key, value }) => key === TAG_ERROR && anyValueText(value) === 'true')
}

/** The times for searching fit SQLite's integers; the exact ones are in the span. */
function searchTimes(span: OtlpSpan): { start: bigint; duration: bigint } {
  const start = fitInt64(BigInt(span.startTimeUnixNano))
  return { start, duration: fitInt64(BigInt(span.endTimeUnixNano)) - start }
}
