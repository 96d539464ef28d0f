import type { Instrumentation } from '../../page-sdk.ts'
import { adoptEarlyWork } from './early-work.ts'

/** Takes over the work that the loader recorded. Afterwards the session decides whether root spans are sampled. */
export const earlyWorkInstrumentation: Instrumentation = (sdk) => {
  if (sdk.loader) adoptEarlyWork(sdk.loader, sdk)
  sdk.recordingState.followSession()
  return undefined
}
