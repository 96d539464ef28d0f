import type { Instrumentation } from '../../page-sdk.ts'
import { stopAll } from '../../platform/stop-all.ts'

/**
 * Applies consent that the user has given or withdrawn in another tab. A page in the back/forward cache receives no
 * `storage` event.
 *
 * @see https://html.spec.whatwg.org/multipage/webstorage.html#the-storageevent-interface
 */
export const consentInstrumentation: Instrumentation = (sdk) => {
  const { listen } = sdk.listeners
  const adopt = () => {
    if (sdk.recordingState.session.adoptConsent()) sdk.applyConsent()
  }
  return stopAll([listen(window, 'pageshow', adopt), listen(window, 'storage', adopt)])
}
