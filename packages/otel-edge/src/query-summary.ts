const OPERATION = /^\s*(?:WITH\b[\s\S]*?\)\s*)?([A-Z]+)/i
const TABLE = /\b(?:FROM|INTO|UPDATE|JOIN|TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+["'`[]?([\w.]+)/gi
const MAX_LENGTH = 255

/**
 * A statement's operation and tables (`SELECT products`), low in cardinality, for span names.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query
 */
export function querySummary(sql: string): string {
  const operation = OPERATION.exec(sql)?.[1]?.toUpperCase() ?? ''
  const tables = new Set(Array.from(sql.matchAll(TABLE), ([, table]) => table))
  return [operation, ...tables].join(' ').slice(0, MAX_LENGTH)
}
