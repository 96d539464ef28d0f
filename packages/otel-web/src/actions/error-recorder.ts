import type { Attributes, Tracer } from '@opentelemetry/api'
import { recordError } from '../core/record-error.ts'
import { createRateLimit } from '../sampling/rate-limit.ts'
import type { Action } from './action.ts'

const MAX_PER_MINUTE = 30

/** Records an error once: on the given action, or as a trace of its own when there is none. */
export type ErrorRecorder = (error: unknown, action: Action | undefined, context?: Attributes) => void

export function createErrorRecorder(tracer: Tracer): ErrorRecorder {
  const allow = createRateLimit(MAX_PER_MINUTE)
  const recorded = new WeakSet<object>()
  return (error, action, context) => {
    if (Object(error) === error) {
      // The application may record an error first and rethrow it to the error handler of a framework.
      if (recorded.has(error as object)) return
      recorded.add(error as object)
    }
    if (!allow()) return
    if (action?.isRecorded && !action.ended) return action.fail(error, context)
    const span = tracer.startSpan('error', { root: true })
    recordError(span, error, context)
    span.end()
  }
}
