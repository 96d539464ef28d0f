import type { DatabaseSync } from 'node:sqlite'
import type { OtlpSpan } from '@throughline/otel-shared'
import { parseErrorFlag } from '../../spans/error-span.ts'
import { TAG_ERROR } from '../../spans/semconv.ts'
import { fitInt64 } from '../database/fit-int64.ts'
import type { StoredResource, StoredScope } from '../database/stored.ts'
import { matchesTags, tagNeedle } from './tag-filter.ts'

/** Conditions that one span of a trace must meet. Times and durations are nanoseconds. */
export interface TraceQuery {
  readonly service?: string
  readonly operation?: string
  readonly startMinNano: bigint
  readonly startMaxNano: bigint
  readonly durationMinNano?: bigint
  readonly durationMaxNano?: bigint
  /** Values are compared as text with attributes of the span, of its events and of its resource. */
  readonly tags?: ReadonlyMap<string, string>
  readonly limit: number
}

/**
 * Creates the search function. It returns the ids of at most `limit` traces, by their latest matching span, latest
 * first. The connection must have the SQL function `go_on()`.
 */
export function createTraceFinder(database: DatabaseSync): (query: TraceQuery) => string[] {
  return (query) => {
    const tags = new Map(query.tags)
    // The column `error` is used instead of the attribute: see `isErrorSpan`.
    const isError = parseErrorFlag(tags.get(TAG_ERROR))
    if (isError !== undefined) tags.delete(TAG_ERROR)
    const { conditions, parameters } = whereClause(query, tags, isError)
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
  isError: boolean | undefined,
): { conditions: string[]; parameters: (string | bigint)[] } {
  const conditions = ['start_nano BETWEEN ? AND ?', 'go_on()']
  const parameters: (string | bigint)[] = [fitInt64(query.startMinNano), fitInt64(query.startMaxNano)]
  const add = (condition: string, ...values: readonly (string | bigint)[]) => {
    conditions.push(condition)
    parameters.push(...values)
  }
  if (query.service !== undefined) add('service = ?', query.service)
  if (query.operation !== undefined) add('name = ?', query.operation)
  if (query.durationMinNano !== undefined) add('duration_nano >= ?', fitInt64(query.durationMinNano))
  if (query.durationMaxNano !== undefined) add('duration_nano <= ?', fitInt64(query.durationMaxNano))
  if (isError !== undefined) add('error = ?', isError ? 1n : 0n)
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
