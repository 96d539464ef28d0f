import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import type { Binding, BindingInstrumentation } from '../binding-instrumentation.ts'
import type { ClientSpan } from '../client-span.ts'
import { querySummary } from './query-summary.ts'
import { redactSql } from './redact-sql.ts'

/** Describes the span of an SQL statement. Literals are removed from the recorded text. Parameters are not recorded. */
export function query(system: string, sql: string): (binding: Binding) => ClientSpan {
  const summary = querySummary(sql)
  return ({ name }) => ({
    name: summary || name,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: system,
      [ATTR_DB_NAMESPACE]: name,
      [ATTR_DB_QUERY_TEXT]: redactSql(sql),
      [ATTR_DB_QUERY_SUMMARY]: summary,
      [ATTR_DB_OPERATION_NAME]: summary.split(' ', 1)[0],
    },
  })
}

const D1_SYSTEM = 'cloudflare-d1'

function statement(sql: string): BindingInstrumentation {
  const span = query(D1_SYSTEM, sql)
  return { spans: { run: span, all: span, first: span, raw: span }, returns: { bind: () => statement(sql) } }
}

/** https://developers.cloudflare.com/d1/worker-api/d1-database/ */
export const D1: BindingInstrumentation = {
  methods: ['prepare', 'batch', 'withSession'],
  spans: {
    batch: ({ name }, [statements]) => ({
      name: `BATCH ${name}`,
      attributes: {
        [ATTR_DB_SYSTEM_NAME]: D1_SYSTEM,
        [ATTR_DB_NAMESPACE]: name,
        [ATTR_DB_OPERATION_NAME]: 'BATCH',
        [ATTR_DB_OPERATION_BATCH_SIZE]: Array.isArray(statements) ? statements.length : 0,
      },
    }),
    exec: (binding, [sql]) => query(D1_SYSTEM, String(sql))(binding),
  },
  returns: { prepare: ([sql]) => statement(String(sql)), withSession: () => D1 },
}
