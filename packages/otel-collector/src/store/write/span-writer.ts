import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type OtlpResource, type OtlpSpan, type TraceRequest, truncate } from '@throughline/otel-shared'
import { anyValueText } from '../../spans/any-value-text.ts'
import { isErrorSpan } from '../../spans/error-span.ts'
import { ATTR_SERVICE_NAME, UNKNOWN_SERVICE } from '../../spans/semconv.ts'
import { fitInt64 } from '../database/fit-int64.ts'
import { inTransaction } from '../database/in-transaction.ts'

const MAX_CACHED_IDS = 1_000
const MAX_SERVICE_LENGTH = 1_024

/** Writes requests to the database. */
export interface SpanWriter {
  /**
   * Stores `requests` in transactions of about `maxBytes`. Calls `onCommit` after each transaction with the number of
   * new spans. When it throws, earlier transactions stay committed. Repeating the call is safe, since stored spans are
   * skipped.
   */
  write(requests: readonly TraceRequest[], maxBytes: number, onCommit: (spans: number) => void): void
  /** To be called when rows of `resources` or `scopes` were deleted. */
  forgetIds(): void
}

/** The service, resource and scope that several spans share. */
interface Group {
  readonly service: string
  readonly resourceJson: string
  readonly scopeJson: string
}

/** The columns of a span that do not come from the span itself. */
interface RowContext {
  readonly service: string
  readonly receivedMillis: number
  readonly resourceId: number
  readonly scopeId: number
}

/** Creates a writer. It skips a span whose trace id and span id are already stored. */
export function createSpanWriter(database: DatabaseSync): SpanWriter {
  const insertSpan = database.prepare(`
    INSERT OR IGNORE INTO spans (trace_id, span_id, parent_id, service, name, kind, start_nano, duration_nano,
      error, received_ms, resource_id, scope_id, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const resourceIds = createIdTable(database, 'resources')
  const scopeIds = createIdTable(database, 'scopes')

  /** Stores the next spans, up to about `maxBytes`. `isOver` is true when there are no more. */
  function writeSome(spans: Iterator<readonly [OtlpSpan, Group]>, receivedMillis: number, maxBytes: number) {
    let written = 0
    let bytes = 0
    let last: Group | undefined
    let [resourceId, scopeId] = [0, 0]
    resourceIds.begin()
    scopeIds.begin()
    while (bytes < maxBytes) {
      const { value } = spans.next()
      if (!value) break
      const [span, group] = value
      if (group !== last) {
        last = group
        resourceId = resourceIds.idOf(group.resourceJson)
        scopeId = scopeIds.idOf(group.scopeJson)
        bytes += group.resourceJson.length + group.scopeJson.length
      }
      const data = JSON.stringify(span)
      bytes += data.length
      const { service } = group
      if (!insert(span, data, { service, receivedMillis, resourceId, scopeId })) continue
      written++
      resourceIds.use(resourceId)
      scopeIds.use(scopeId)
    }
    resourceIds.removeUnused()
    scopeIds.removeUnused()
    return { written, isOver: bytes < maxBytes }
  }

  function insert(span: OtlpSpan, data: string, context: RowContext): boolean {
    const { service, receivedMillis, resourceId, scopeId } = context
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
      isErrorSpan(span) ? 1 : 0,
      receivedMillis,
      resourceId,
      scopeId,
      data,
    )
    return Number(changes) > 0
  }

  function forgetIds(): void {
    resourceIds.forget()
    scopeIds.forget()
  }

  return {
    forgetIds,
    write(requests, maxBytes, onCommit) {
      const spans = spansOf(requests)
      const receivedMillis = Date.now()
      for (let isOver = false; !isOver; ) {
        let written: number
        try {
          ;({ written, isOver } = inTransaction(database, () => writeSome(spans, receivedMillis, maxBytes)))
        } catch (error) {
          // The rollback may have removed a resource or scope whose id is cached.
          forgetIds()
          throw error
        }
        onCommit(written)
      }
    },
  }
}

function* spansOf(requests: readonly TraceRequest[]): Generator<readonly [OtlpSpan, Group], undefined> {
  for (const { resourceSpans } of requests) {
    for (const { resource, scopeSpans, schemaUrl } of resourceSpans) {
      const service = serviceName(resource)
      const resourceJson = JSON.stringify({ resource, ...(schemaUrl && { schemaUrl }) })
      for (const { scope, spans, schemaUrl } of scopeSpans) {
        const scopeJson = JSON.stringify({ scope, ...(schemaUrl && { schemaUrl }) })
        const group = { service, resourceJson, scopeJson }
        for (const span of spans) yield [span, group]
      }
    }
  }
  return undefined
}

function createIdTable(database: DatabaseSync, table: 'resources' | 'scopes') {
  const insert = database.prepare(`INSERT OR IGNORE INTO ${table} (json) VALUES (?)`)
  const select = database.prepare(`SELECT id FROM ${table} WHERE json = ?`)
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`)
  // Keyed by a hash, since the JSON may be large.
  const ids = new Map<string, number>()
  // New rows of this transaction that no span refers to. Retention would never delete them.
  const unused = new Map<number, string>()
  return {
    forget: () => ids.clear(),
    begin: () => unused.clear(),
    use: (id: number) => unused.delete(id),
    idOf(json: string): number {
      const key = json.length > 64 ? createHash('sha256').update(json).digest('base64') : json
      const known = ids.get(key)
      if (known !== undefined) return known
      const isNew = Number(insert.run(json).changes) > 0
      const id = Number(select.get(json)?.id)
      if (ids.size >= MAX_CACHED_IDS) ids.clear()
      ids.set(key, id)
      if (isNew) unused.set(id, key)
      return id
    },
    removeUnused(): void {
      for (const [id, key] of unused) {
        remove.run(id)
        ids.delete(key)
      }
    },
  }
}

function serviceName(resource: OtlpResource): string {
  const attribute = resource.attributes.find(({ key }) => key === ATTR_SERVICE_NAME)
  return (attribute && truncate(anyValueText(attribute.value), MAX_SERVICE_LENGTH)) || UNKNOWN_SERVICE
}

/**
 * The start and the duration, limited to SQLite's integer range, for search. The JSON of the span has the exact times.
 */
function searchTimes(span: OtlpSpan): { start: bigint; duration: bigint } {
  const start = fitInt64(BigInt(span.startTimeUnixNano))
  return { start, duration: fitInt64(BigInt(span.endTimeUnixNano)) - start }
}
