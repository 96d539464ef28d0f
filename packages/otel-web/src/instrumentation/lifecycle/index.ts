import type { Instrumentation } from '../../page-sdk.ts'
import { watchLifecycle } from './lifecycle.ts'

/** Exports ended spans when the page is hidden. Ends all spans when it is unloaded. */
export const lifecycleInstrumentation: Instrumentation = ({ globals, listeners, actions, exporter, hooks }) =>
  watchLifecycle({
    globals,
    listen: listeners.listen,
    onHidden() {
      hooks.reportVitals?.()
      exporter.leave(false)
    },
    onLeave(reason) {
      actions.finishAll(reason)
      hooks.reportVitals?.()
      exporter.leave(true)
    },
  })
