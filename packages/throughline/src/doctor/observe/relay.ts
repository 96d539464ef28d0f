import { gzipSync } from 'node:zlib'
import type { RequestFailure } from '../../http/failure.ts'
import { type Response, trySend } from '../../http/request.ts'
import { siteOf } from '../parse/site.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { PageObservation, RelayObservation } from '../target/target.ts'
import { sendPreflight } from './api.ts'
import { withUserInfoOf } from './page.ts'

const EMPTY = '{"resourceSpans":[]}'
/** Batches of the SDK have up to 256 kB; 100 kB is the limit that servers often have by default. */
const LARGE_BYTES = 100 * 1024

/**
 * Posts OTLP JSON to the endpoint of the page: an empty export, then the doctor's own spans, a compressed export and one of
 * 100 kB. The last two have no spans.
 *
 * @param body the doctor's own spans.
 */
export async function observeRelay(
  page: PageObservation,
  body: string,
  options: DoctorOptions,
): Promise<RelayObservation> {
  const { url: pageUrl } = page.response
  const url = options.endpoint ?? page.snippet?.endpoint ?? new URL('/v1/traces', pageUrl)
  const isForeign = url.origin !== pageUrl.origin
  const post = (content: string | Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    trySend({
      url: withUserInfoOf(url, options.url),
      method: 'POST',
      headers: {
        accept: '*/*',
        'content-type': 'application/json',
        origin: pageUrl.origin,
        referer: pageUrl.href,
        'sec-fetch-dest': 'empty',
        'sec-fetch-mode': 'cors',
        'sec-fetch-site': siteOf(url, pageUrl),
        ...headers,
      },
      body: content,
      timeoutMillis: options.timeoutMillis,
    })
  const question = { method: 'POST', headers: ['content-type'] }
  const [empty, preflight] = await Promise.all([
    post(EMPTY),
    isForeign ? sendPreflight(url, pageUrl, question, options) : undefined,
  ])
  if (!isAccepted(empty)) return { url, preflight, empty, more: undefined }
  const [spans, large, compressed] = await Promise.all([
    post(body),
    post(EMPTY.padEnd(LARGE_BYTES)),
    // Pages do not compress exports to other origins.
    isForeign ? undefined : post(gzipSync(EMPTY), { 'content-encoding': 'gzip' }),
  ])
  return { url, preflight, empty, more: { spans, large, compressed } }
}

function isAccepted(response: Response | RequestFailure): response is Response {
  return 'status' in response && response.status >= 200 && response.status <= 299
}
