import {
  COUNT_CHILDREN,
  formatTraceparent,
  generateSpanId,
  SAMPLED_FLAG,
  TRACESTATE_KEY,
} from '@throughline/otel-shared'
import { withUserInfoOf } from '../../http/follow.ts'
import { trySend } from '../../http/request.ts'
import { fetchHeaders, refererHeader } from '../parse/site.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { TracedRequest } from '../target/target.ts'

export interface TracedInput {
  /** The address of the request. */
  readonly url: URL
  /** The page that seems to send it. */
  readonly page: URL
  readonly traceId: string
}

/** Sends a GET request as the SDK in the page does: with a sampled `traceparent` and the headers of a browser. */
export async function sendTraced(
  { url, page, traceId }: TracedInput,
  { url: given, backend, timeoutMillis }: DoctorOptions,
): Promise<TracedRequest> {
  const spanId = generateSpanId()
  const isForeign = url.origin !== page.origin
  const response = await trySend({
    url: withUserInfoOf(url, given),
    headers: {
      ...fetchHeaders(url, page),
      ...(url.href === page.href && { accept: 'text/html,*/*;q=0.8' }),
      traceparent: formatTraceparent({ traceId, spanId, traceFlags: SAMPLED_FLAG }),
      // The counts of children are read in the backend.
      ...(backend && { tracestate: `${TRACESTATE_KEY}=${COUNT_CHILDREN}` }),
      ...refererHeader(url, page),
      ...(isForeign ? { origin: page.origin } : {}),
    },
    timeoutMillis,
  })
  return { url, traceId, spanId, response }
}

/** How often a deep run sends each request beside the first. */
const REPETITIONS = 2

/** Sends the request, and one to each API, again: behind a load balancer, they may reach other instances. */
export async function sendRepeated(
  request: TracedInput,
  apis: readonly URL[],
  options: DoctorOptions,
): Promise<TracedRequest[]> {
  const inputs = [request, ...apis.map((url) => ({ ...request, url }))]
  const all = inputs.flatMap((input) => Array.from({ length: REPETITIONS }, () => sendTraced(input, options)))
  return Promise.all(all)
}
