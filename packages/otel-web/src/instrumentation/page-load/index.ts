import type { Instrumentation } from '../../page-sdk.ts'
import { followPageLoad } from './page-load.ts'

/** Ends the page load after the load event, and records its milestones. */
export const pageLoadInstrumentation: Instrumentation = followPageLoad
