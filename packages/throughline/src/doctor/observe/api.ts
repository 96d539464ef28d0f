import { withUserInfoOf } from '../../http/follow.ts'
import { trySend } from '../../http/request.ts'
import { fetchHeaders } from '../parse/site.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { ApiObservation, PageObservation } from '../target/target.ts'
import { sendTraced } from './traced-request.ts'

/** The headers that the SDK adds to a request, in the order in which browsers list them. */
export const TRACE_HEADERS: readonly string[] = ['baggage', 'traceparent', 'tracestate']

/** Sends a preflight and a traced request to each API on another origin, as the page does. */
export function observeApis(
  page: PageObservation,
  options: DoctorOptions,
  traceId: string,
): Promise<ApiObservation[]> {
  const { url: pageUrl } = page.response
  const named = options.apis.filter(({ origin }) => origin !== pageUrl.origin)
  const listed = page.snippet?.propagateTo ?? []
  const origins = new Set(named.map(({ origin }) => origin))
  const apis = [...named, ...listed.filter(({ origin }) => !origins.has(origin) && origin !== pageUrl.origin)]
  return Promise.all(
    apis.map(async (url) => {
      const [preflight, traced] = await Promise.all([
        sendPreflight(url, pageUrl, { method: 'GET', headers: TRACE_HEADERS }, options),
        sendTraced({ url, page: pageUrl, traceId }, options),
      ])
      return { url, isListed: listed.some(({ origin }) => origin === url.origin), preflight, traced }
    }),
  )
}

/** What a page asks for before a request to another origin. */
export interface PreflightQuestion {
  readonly method: string
  readonly headers: readonly string[]
}

/** Sends a preflight as a browser does. */
export function sendPreflight(
  url: URL,
  page: URL,
  { method, headers }: PreflightQuestion,
  { url: given, timeoutMillis }: DoctorOptions,
): ReturnType<typeof trySend> {
  return trySend({
    url: withUserInfoOf(url, given),
    method: 'OPTIONS',
    headers: {
      ...fetchHeaders(url, page),
      origin: page.origin,
      'access-control-request-method': method,
      'access-control-request-headers': headers.join(','),
    },
    timeoutMillis,
  })
}
