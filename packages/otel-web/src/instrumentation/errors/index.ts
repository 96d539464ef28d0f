import type { Instrumentation } from '../../page-sdk.ts'
import { recordErrors } from './errors.ts'

/** Records uncaught errors and unhandled rejections. */
export const errorsInstrumentation: Instrumentation = recordErrors
