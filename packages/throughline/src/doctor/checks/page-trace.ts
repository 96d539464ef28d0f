import { parseTraceparent } from '@throughline/otel-shared'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, type Response } from '../../http/request.ts'
import { readTags } from '../parse/html.ts'
import { readServerSpan } from '../parse/server-timing.ts'
import { mayBeShared } from '../parse/shared-cache.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

/** The trace that the page names, in a header or in its HTML: a new one for each response. */
export function checkPageTrace({ page: { response }, again }: Target): Finding[] {
  const traceId = traceOf(response)
  if (traceId === undefined) return []
  const cacheControl = headerOf(response, 'cache-control') ?? '(none)'
  if (!(again instanceof RequestFailure) && traceOf(again) === traceId) {
    const age = headerOf(again, 'age')
    return [
      finding('page-stale-trace', {
        seen: `two requests name trace ${traceId}; cache-control ${cacheControl}${age ? `, age ${age}` : ''}`,
        fix: 'Do not cache HTML that names a trace: send cache-control: private or no-cache with it, or remove the trace from it.',
      }),
    ]
  }
  if (!mayBeShared(response)) return []
  return [
    finding('page-shared-trace', {
      seen: `cache-control ${cacheControl} on a response with a trace`,
      fix: 'Send cache-control: private or no-cache with the page, or remove the trace from it: all visitors who get the cached page would continue one trace.',
    }),
  ]
}

function traceOf(response: Response): string | undefined {
  const inHeader = readServerSpan(headerOf(response, 'server-timing'))
  if (inHeader) return inHeader.traceId
  const element = readTags(response.body).find(
    ({ name, attributes }) => name === 'meta' && attributes.get('name')?.toLowerCase() === 'traceparent',
  )
  return parseTraceparent(element?.attributes.get('content') ?? '')?.traceId
}
