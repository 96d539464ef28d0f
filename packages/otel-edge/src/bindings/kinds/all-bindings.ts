import type { BindingInstrumentation } from '../binding-instrumentation.ts'
import { AI, ANALYTICS, HYPERDRIVE, RATE_LIMIT } from './calls.ts'
import { QUEUE } from './queue.ts'
import { REMOTE_BINDINGS } from './remote.ts'
import { D1 } from './sql.ts'
import { KV, R2, VECTORIZE } from './stores.ts'
import { WORKFLOW } from './workflow.ts'

/** The instrumentations of all bindings. The first match is used, so matches by class come before those by method. */
export const ALL_BINDINGS: readonly BindingInstrumentation[] = [
  ...REMOTE_BINDINGS,
  QUEUE,
  KV,
  R2,
  HYPERDRIVE,
  VECTORIZE,
  AI,
  RATE_LIMIT,
  ANALYTICS,
  WORKFLOW,
  D1,
]
