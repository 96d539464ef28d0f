import { truncate } from '@throughline/otel-shared'
import { redactSql } from './redact-sql.ts'

const OPERATION = /^[\s(]*(?:WITH\b[\s\S]*?\)\s*(?=SELECT|INSERT|UPDATE|DELETE|REPLACE))?([A-Z]+)/i
// Quoted names elsewhere are matched without a group, and ignored. They can contain the word "from".
const TABLE =
  /\b(?:FROM|INTO|UPDATE(?!\s+SET\b)|JOIN|TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+([\w.]+|"[^"]*"|`[^`]*`|\[[^[\]]*\])|"[^"]*"|`[^`]*`|\[[^[\]]*\]/gi
const MAX_LENGTH = 255

/**
 * The operation and the tables of a statement (`SELECT products`), as a span name of low cardinality.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query
 */
export function querySummary(sql: string): string {
  // Literals and comments are removed, since they can contain SQL and secrets.
  const redacted = redactSql(sql)
  const operation = OPERATION.exec(redacted)?.[1]?.toUpperCase() ?? ''
  const tables = new Set<string>()
  for (const [, table] of redacted.matchAll(TABLE)) {
    if (table) tables.add(table.replace(/^["`[]|["`\]]$/g, ''))
  }
  return truncate([operation, ...tables].join(' '), MAX_LENGTH)
}
