import { ROOT_CONTEXT } from '@opentelemetry/api'
import { getAction } from '../../actions/action.ts'
import type { PageSdk } from '../../page-sdk.ts'
import type { Restore } from '../../platform/patch.ts'
import { stopAll } from '../../platform/stop-all.ts'

/** Every input by mouse, touch, pen or keyboard dispatches one of these. */
const INPUTS = ['pointermove', 'pointerdown', 'pointerup', 'keydown', 'keyup']

/**
 * Records uncaught errors and unhandled rejections: on the action in whose context they happened, otherwise as a trace
 * of their own.
 *
 * @returns removes the listeners
 */
export function recordErrors({ actions, errorRecorder, rejectionMarks, listeners }: PageSdk): Restore {
  const { listen } = listeners
  const onError = ({ error, lineno, message }: ErrorEvent) => {
    // An `error` event of a resource has no `lineno`. One of a script from another origin has line 0.
    if (error == null && !lineno) return
    // An `error` event of a worker has a message but no `error`.
    const thrown = error ?? (/(?:null|undefined)$/.test(message) ? error : { name: 'Error', message })
    errorRecorder(thrown, actions.causeOf(error) ?? actions.active())
  }
  // The event is dispatched in a separate task, so the active context is not the cause.
  const onRejection = ({ reason, promise }: PromiseRejectionEvent) =>
    errorRecorder(
      reason,
      actions.causeOf(promise) ??
        getAction(rejectionMarks.rejected() ?? ROOT_CONTEXT) ??
        actions.causeOf(reason),
    )
  return stopAll([
    listen(window, 'error', onError),
    listen(window, 'unhandledrejection', onRejection),
    ...INPUTS.map((type) => listen(window, type, rejectionMarks.onInput)),
  ])
}
