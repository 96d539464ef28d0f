import { displayUrl } from '../../http/display-url.ts'
import type { Diagnosis } from '../run-doctor.ts'
import { summarizeDeep } from './deep-summary.ts'

/** The report as JSON: the page, the trace of the doctor, the findings. */
export function jsonReport({ target, findings }: Diagnosis): string {
  return JSON.stringify(
    {
      page: displayUrl(target.page.response.url),
      traceId: target.traced.traceId,
      deep: summarizeDeep(target),
      findings,
    },
    undefined,
    2,
  )
}
