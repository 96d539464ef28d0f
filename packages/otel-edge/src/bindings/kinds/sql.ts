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
import { spansOfCalls } from '../spans-of-calls.ts'
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
  return {
    ...spansOfCalls(['run', 'all', 'first', 'raw'], query(D1_SYSTEM, sql)),
    returns: { bind: () => statement(sql) },
  }
}

/** https://developers.cloudflare.com/d1/worker-api/d1-database/ */
export const D1: BindingInstrumentation = {
  methods: ['prepare', 'batch', 'withSession'],
  ...spansOfCalls(['batch', 'exec'], (binding, [argument], method) =>
    method === 'exec'
      ? query(D1_SYSTEM, String(argument))(binding)
      : {
          name: `BATCH ${binding.name}`,
          attributes: {
            [ATTR_DB_SYSTEM_NAME]: D1_SYSTEM,
            [ATTR_DB_NAMESPACE]: binding.name,
            [ATTR_DB_OPERATION_NAME]: 'BATCH',
            [ATTR_DB_OPERATION_BATCH_SIZE]: Array.isArray(argument) ? argument.length : 0,
          },
        },
  ),
  returns: { prepare: ([sql]) => statement(String(sql)), withSession: () => D1 },
}
