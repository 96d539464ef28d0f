import { type Exception, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import type { ActionTracker } from '../actions/action-tracker.ts'
import { createRateLimit } from '../session/rate-limit.ts'

const MAX_PER_MINUTE = 30

/**
 * Records uncaught errors and unhandled rejections: on the action in whose context they happened, else as a trace of
 * their own rather than on an action that has nothing to do with them.
 *
 * @returns takes the listeners away.
 */
export function recordErrors(actions: ActionTracker, tracer: Tracer): () => void {
  const allow = createRateLimit(MAX_PER_MINUTE)
  const record = (error: unknown) => {
    if (!allow()) return
    const action = actions.causeOf(error) ?? actions.active()
    if (action && !action.ended) return action.fail(error)
    const span = tracer.startSpan('error', { root: true })
    span.recordException(toException(error))
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    span.end()
  }
  const onError = (event: ErrorEvent) => {
    // Without an error it is a resource that did not load, or a script of another origin that tells nothing.
    if (event.error != null) guarded(() => record(event.error))
  }
  const onRejection = (event: PromiseRejectionEvent) => guarded(() => record(event.reason))
  window.addEventListener('error', onError)
  window.addEventListener('unhandledrejection', onRejection)
  return () => {
    window.removeEventListener('error', onError)
    window.removeEventListener('unhandledrejection', onRejection)
  }
}

function toException(error: unknown): Exception {
  return error instanceof Error ? error : messageOf(error)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function guarded(run: () => void): void {
  try {
    run()
  } catch {
    // An error of ours in an error handler would come back here.
  }
}
