import { basename } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { type Attributes, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
} from '@opentelemetry/semantic-conventions'

/** One SQL statement, with the operation and the table for the name of its span. */
export interface Statement {
  readonly operation: 'INSERT' | 'SELECT'
  readonly collection: string
  /** With placeholders only, because the text is recorded. Values are not recorded. */
  readonly sql: string
}

/** A SQLite database whose every statement is a CLIENT span. */
export interface TracedDatabase {
  /** Runs one statement and returns its first row. Throws SQLite's own errors. */
  get(statement: Statement, ...values: SQLInputValue[]): Record<string, unknown> | undefined
  close(): void
}

/**
 * Opens (or creates) the database at `path` (`:memory:` for a database in memory) and runs `schema` untraced.
 *
 * Attributes: https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
export function openTracedDatabase(path: string, schema: string): TracedDatabase {
  const database = new DatabaseSync(path)
  database.exec(schema)
  const tracer = trace.getTracer('@throughline/backend')
  const namespace = basename(path)
  return {
    get(statement, ...values) {
      const summary = `${statement.operation} ${statement.collection}`
      const attributes = { ...attributesOf(statement, summary), [ATTR_DB_NAMESPACE]: namespace }
      return tracer.startActiveSpan(summary, { kind: SpanKind.CLIENT, attributes }, (span) => {
        try {
          return database.prepare(statement.sql).get(...values)
        } catch (error) {
          const { name, message } =
            error instanceof Error ? error : { name: '_OTHER', message: String(error) }
          span.setAttribute(ATTR_ERROR_TYPE, name)
          span.setStatus({ code: SpanStatusCode.ERROR, message })
          throw error
        } finally {
          span.end()
        }
      })
    },
    close: () => database.close(),
  }
}

function attributesOf({ operation, collection, sql }: Statement, summary: string): Attributes {
  return {
    [ATTR_DB_SYSTEM_NAME]: 'sqlite',
    [ATTR_DB_OPERATION_NAME]: operation,
    [ATTR_DB_COLLECTION_NAME]: collection,
    [ATTR_DB_QUERY_SUMMARY]: summary,
    [ATTR_DB_QUERY_TEXT]: sql,
  }
}
