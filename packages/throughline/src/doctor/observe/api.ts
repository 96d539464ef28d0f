import { withUserInfoOf } from '../../http/follow.ts'
import { trySend } from '../../http/request.ts'
import { fetchHeaders } from '../parse/site.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { ApiObservation, PageObservation } from '../target/target.ts'
import { sendTraced } from './traced-request.ts'

/** How many origins of a page are requested. A page can list any number. */
export const MAX_LISTED = 20

/** The headers that the SDK adds to a request, in the order in which browsers list them. */
export const TRACE_HEADERS: readonly string[] = ['baggage', 'traceparent', 'tracestate']

/** Sends a preflight and a traced request to each API on another origin, as the page does. */
export function observeApis(
  page: PageObservation,
  options: DoctorOptions,
  traceId: string,
): Promise<ApiObservation[]> {
  const { url: pageUrl } = page.response
  const listed = page.snippet?.propagateTo ?? []
  return Promise.all(
    apisOf(page, options).map(async (url) => {
      const [preflight, traced] = await Promise.all([
        sendPreflight(url, pageUrl, { method: 'GET', headers: TRACE_HEADERS }, options),
        sendTraced({ url, page: pageUrl, traceId }, options),
      ])
      return { url, isListed: listed.some(({ origin }) => origin === url.origin), preflight, traced }
    }),
  )
}

/** The addresses of the APIs on other origins: those of the options, and the origins that the script tag lists. */
export function apisOf({ response, snippet }: PageObservation, { apis }: DoctorOptions): URL[] {
  const named = apis.filter(({ origin }) => origin !== response.url.origin)
  const listed = new Map(snippet?.propagateTo.map((url) => [url.origin, url]))
  for (const { origin } of [response.url, ...named]) listed.delete(origin)
  return [...named, ...[...listed.values()].slice(0, MAX_LISTED)]
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
