import { ROOT_CONTEXT } from '@opentelemetry/api'
import { runAction } from './actions/manual-action.ts'
import { ATTR_USER_ID } from './core/semconv.ts'
import type { PageSdk } from './page-sdk.ts'
import { guarded } from './platform/guarded.ts'
import { unpatchable } from './platform/patch.ts'
import type { Tracing } from './tracing.ts'

/** Creates the handle for the application. */
export function createTracingHandle(sdk: PageSdk, shutdown: () => Promise<void>): Tracing {
  const { actions, pageContexts, exporter, recordingState, pageLoad, traceListeners } = sdk
  const { session } = recordingState
  return {
    action(name, fn) {
      session.touch()
      const parent = actions.active() === pageLoad.action ? ROOT_CONTEXT : pageContexts.active()
      const action = actions.start({ name, type: 'custom', parent })
      const result = runAction(pageContexts, action, fn, (error) => {
        action.fail(error)
        // If the caller does not handle the error, the browser dispatches an event for it.
        actions.noteError(error, action.context)
      })
      actions.noteError(result, action.context)
      return result
    },
    recordError(error, context) {
      guarded(() => sdk.errorRecorder(error, actions.causeOf(error) ?? actions.active(), context))
    },
    setAttributes: (attributes) => guarded(() => exporter.queue.setAttributes(attributes)),
    // The extras convert an object to attributes. Spans ignore it until then.
    setUser: (user) => exporter.queue.setAttributes({ [ATTR_USER_ID]: user as string }),
    onTrace(callback) {
      traceListeners.add(callback)
      return () => void traceListeners.delete(callback)
    },
    flush: exporter.flush,
    health: () => ({
      recording: recordingState.isOn(),
      sampled: session.sampled,
      consent: session.consent,
      sessionId: recordingState.isOn() ? session.id : undefined,
      unpatched: unpatchable(),
      ...sdk.hooks.settings,
      ...exporter.otlp.health(),
    }),
    setConsent(granted) {
      session.setConsent(granted)
      sdk.applyConsent()
    },
    shutdown,
  }
}
