import type { Instrumentation } from '../../page-sdk.ts'
import { collectWebVitals } from './web-vitals.ts'

/** Records the web vitals in a span that links to the page load. */
export const webVitalsInstrumentation: Instrumentation = ({ tracer, clock, pageLoad, hooks }) => {
  const vitals = collectWebVitals(tracer, clock, pageLoad.action)
  hooks.reportVitals = () => vitals.report()
}
