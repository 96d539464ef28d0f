import type { Instrumentation } from '../../page-sdk.ts'
import { watchFrames } from './frames.ts'

/** Records long animation frames and the paint of a result as events of the action. */
export const framesInstrumentation: Instrumentation = watchFrames
