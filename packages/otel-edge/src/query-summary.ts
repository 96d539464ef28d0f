import { redactSql } from '@throughline/otel-shared'

const OPERATION = /^[\s(]*(?:WITH\b[\s\S]*?\)\s*(?=SELECT|INSERT|UPDATE|DELETE|REPLACE))?([A-Z]+)/i
// Whatever else is quoted is matched too, and left out: it may say "from".
const TABLE =
  /\b(?:FROM|INTO|UPDATE(?!\s+SET\b)|JOIN|TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+([\w.]+|"[^"]*"|`[^`]*`|\[[^[\]]*\])|"[^"]*"|`[^`]*`|\[[^[\]]*\]/gi
const MAX_LENGTH = 255

/**
 * A statement's operation and tables (`SELECT products`), low in cardinality, for span names.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query
 */
export function querySummary(sql: string): string {
  // Without its literals, which may read like SQL and are nobody's business, and without comments.
  const redacted = redactSql(sql)
  const operation = OPERATION.exec(redacted)?.[1]?.toUpperCase() ?? ''
  const tables = new Set<string>()
  for (const [, table] of redacted.matchAll(TABLE)) {
    if (table) tables.add(table.replace(/^["`[]|["`\]]$/g, ''))
  }
  return [operation, ...tables].join(' ').slice(0, MAX_LENGTH)
}
