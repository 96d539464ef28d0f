import type { Instrumentation } from '../../page-sdk.ts'
import { trackNavigations } from './navigation.ts'

/** Starts an action for each same-document navigation. */
export const navigationInstrumentation: Instrumentation = trackNavigations
