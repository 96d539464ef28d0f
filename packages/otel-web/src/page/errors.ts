import { ROOT_CONTEXT, type Tracer } from '@opentelemetry/api'
import { type Action, getAction } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import type { RejectionMarks } from '../context/rejection-marks.ts'
import { guarded } from '../guarded.ts'
import { recordError } from '../record-error.ts'
import { createRateLimit } from '../session/rate-limit.ts'

const MAX_PER_MINUTE = 30
/** One of these comes with whatever a person does by mouse, finger, pen or keyboard. */
const INPUTS = ['pointermove', 'pointerdown', 'pointerup', 'keydown', 'keyup']

/**
 * Records uncaught errors and unhandled rejections: on the action in whose context they happened, else as a trace of
 * their own rather than on an action that has nothing to do with them.
 *
 * @returns takes the listeners away.
 */
export function recordErrors(
  actions: ActionTracker,
  tracer: Tracer,
  { onInput, rejected }: RejectionMarks,
): () => void {
  const allow = createRateLimit(MAX_PER_MINUTE)
  const record = (error: unknown, action: Action | undefined) => {
    if (!allow()) return
    if (action?.isRecorded && !action.ended) return action.fail(error)
    const span = tracer.startSpan('error', { root: true })
    recordError(span, error)
    span.end()
  }
  const onError = ({ error }: ErrorEvent) => {
    // Without an error it is a resource that did not load, or a script of another origin that tells nothing.
    if (error != null) guarded(() => record(error, actions.causeOf(error) ?? actions.active()))
  }
  // It has a task of its own: what is active there has nothing to do with it.
  const onRejection = ({ reason }: PromiseRejectionEvent) =>
    guarded(() => record(reason, getAction(rejected() ?? ROOT_CONTEXT) ?? actions.causeOf(reason)))
  const listening = new AbortController()
  const options = { capture: true, passive: true, signal: listening.signal }
  window.addEventListener('error', onError, options)
  window.addEventListener('unhandledrejection', onRejection, options)
  for (const type of INPUTS) window.addEventListener(type, onInput, options)
  return () => listening.abort()
}
