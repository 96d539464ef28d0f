import type { DatabaseSync } from 'node:sqlite'
import type { OtlpSpan } from '@throughline/otel-shared'
import { TAG_ERROR } from '../semconv.ts'
import { fitInt64 } from './fit-int64.ts'
import type { StoredResource, StoredScope } from './span-writer.ts'
import { matchesTags, tagNeedle } from './tag-filter.ts'

/** A trace is found when one span of it meets all of this. Times and durations are nanoseconds. */
export interface TraceQuery {
  readonly service?: string
  readonly operation?: string
  readonly startMinNano: bigint
  readonly startMaxNano: bigint
  readonly durationMinNano?: bigint
  readonly durationMaxNano?: bigint
  /** Compared as text with the attributes of the span, its events and its resource. */
  readonly tags?: ReadonlyMap<string, string>
  readonly limit: number
}

/** Makes the search: the ids of at most `limit` traces, those with the latest matching span first. */
export function createTraceFinder(database: DatabaseSync): (query: TraceQuery) => string[] {
  return (query) => {
    const tags = new Map(query.tags)
    const isErrorAsked = tags.get(TAG_ERROR) === 'true' && tags.delete(TAG_ERROR)
    const { conditions, parameters } = whereClause(query, tags, isErrorAsked)
    const columns = tags.size === 0 ? 'trace_id' : 'trace_id, data, r.json AS resource, c.json AS scope'
    const joins =
      tags.size === 0 ? '' : 'JOIN resources r ON r.id = resource_id JOIN scopes c ON c.id = scope_id'
    const statement = database.prepare(
      `SELECT ${columns} FROM spans ${joins} WHERE ${conditions.join(' AND ')} ORDER BY start_nano DESC`,
    )
    const traceIds = new Set<string>()
    for (const row of statement.iterate(...parameters)) {
      const traceId = String(row.trace_id)
      if (traceIds.has(traceId)) continue
      if (tags.size === 0 || matchesTags(parseRow(row), tags)) traceIds.add(traceId)
      if (traceIds.size >= query.limit) break
    }
    return [...traceIds]
  }
}

function whereClause(
  query: TraceQuery,
  tags: ReadonlyMap<string, string>,
  isErrorAsked: boolean,
): { conditions: string[]; parameters: (string | bigint)[] } {
  const conditions = ['start_nano BETWEEN ? AND ?']
  const parameters: (string | bigint)[] = [fitInt64(query.startMinNano), fitInt64(query.startMaxNano)]
  const add = (condition: string, ...values: readonly (string | bigint)[]) => {
    conditions.push(condition)
    parameters.push(...values)
  }
  if (query.service !== undefined) add('service = ?', query.service)
  if (query.operation !== undefined) add('name = ?', query.operation)
  if (query.durationMinNano !== undefined) add('duration_nano >= ?', fitInt64(query.durationMinNano))
  if (query.durationMaxNano !== undefined) add('duration_nano <= ?', fitInt64(query.durationMaxNano))
  if (isErrorAsked) add('error = 1')
  for (const [key, value] of tags) {
    const needle = tagNeedle(key, value)
    if (needle !== undefined) add('(instr(data, ?) > 0 OR instr(r.json, ?) > 0)', needle, needle)
  }
  return { conditions, parameters }
}

function parseRow(row: Record<string, unknown>) {
  return {
    span: JSON.parse(String(row.data)) as OtlpSpan,
    resource: JSON.parse(String(row.resource)) as StoredResource,
    scope: JSON.parse(String(row.scope)) as StoredScope,
  }
}
