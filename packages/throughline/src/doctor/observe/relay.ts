import { gzipSync } from 'node:zlib'
import type { RequestFailure } from '../../http/failure.ts'
import { withUserInfoOf } from '../../http/follow.ts'
import { type Response, trySend } from '../../http/request.ts'
import { fetchHeaders, refererHeader } from '../parse/site.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { PageObservation, RelayObservation } from '../target/target.ts'
import { sendPreflight } from './api.ts'

const EMPTY = '{"resourceSpans":[]}'
/** Batches of the SDK have up to 256 kB; 100 kB is the limit that servers often have by default. */
const LARGE_BYTES = 100 * 1024

/** The endpoint of a page, and the responses to an export without spans and to its preflight. */
export async function observeRelay(page: PageObservation, options: DoctorOptions): Promise<RelayObservation> {
  const { url: pageUrl } = page.response
  const url = options.endpoint ?? page.snippet?.endpoint ?? new URL('/v1/traces', pageUrl)
  const question = { method: 'POST', headers: ['content-type'] }
  const [empty, preflight] = await Promise.all([
    post({ url, pageUrl, body: EMPTY }, options),
    url.origin === pageUrl.origin ? undefined : sendPreflight(url, pageUrl, question, options),
  ])
  return { url, preflight, empty, more: undefined }
}

/**
 * Posts further exports if the empty one was accepted: the doctor's own spans, 100 kB, and a compressed one. The last two have
 * no spans.
 *
 * @param spans the doctor's own spans as OTLP JSON.
 */
export async function observeExports(
  relay: RelayObservation,
  pageUrl: URL,
  spans: string,
  options: DoctorOptions,
): Promise<RelayObservation> {
  const { url, empty } = relay
  if (!isAccepted(empty)) return relay
  const headers = { 'content-encoding': 'gzip' }
  const [own, large, compressed] = await Promise.all([
    post({ url, pageUrl, body: spans }, options),
    post({ url, pageUrl, body: EMPTY.padEnd(LARGE_BYTES) }, options),
    // Pages do not compress exports to other origins.
    url.origin === pageUrl.origin
      ? post({ url, pageUrl, body: gzipSync(EMPTY), headers }, options)
      : undefined,
  ])
  return { ...relay, more: { spans: own, large, compressed } }
}

interface Export {
  readonly url: URL
  readonly pageUrl: URL
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts as the SDK in the page does. */
function post(
  { url, pageUrl, body, headers }: Export,
  { url: given, timeoutMillis }: DoctorOptions,
): ReturnType<typeof trySend> {
  return trySend({
    url: withUserInfoOf(url, given),
    method: 'POST',
    headers: {
      ...fetchHeaders(url, pageUrl),
      'content-type': 'application/json',
      origin: pageUrl.origin,
      ...refererHeader(url, pageUrl),
      ...headers,
    },
    body,
    timeoutMillis,
  })
}

function isAccepted(response: Response | RequestFailure): response is Response {
  return 'status' in response && response.status >= 200 && response.status <= 299
}
