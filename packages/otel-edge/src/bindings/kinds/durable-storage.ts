import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { spansOfCalls } from '../spans-of-calls.ts'
import { tracedProperty } from '../traced-property.ts'
import { query } from './sql.ts'
import { store } from './stores.ts'

const OBJECT_SYSTEM = 'cloudflare-durable-object'

/** The storage of a Durable Object. Its spans have the name of the class. */
export const DURABLE_STORAGE: BindingInstrumentation = {
  ...store(OBJECT_SYSTEM, [
    'get',
    'put',
    'delete',
    'list',
    'deleteAll',
    'transaction',
    'setAlarm',
    'deleteAlarm',
  ]),
  ...tracedProperty(
    'sql',
    spansOfCalls(['exec'], (binding, [sql]) => query(OBJECT_SYSTEM, String(sql))(binding)),
  ),
}
