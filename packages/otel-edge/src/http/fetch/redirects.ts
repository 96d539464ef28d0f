import { isWorkerd } from '#async-local-storage'
import { MAX_REDIRECTS } from '../../limits.ts'
import type { Send } from '../../platform/native-fetch.ts'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
]
/** Headers that another origin does not get: `authorization` by the Fetch standard, the others as in most runtimes. */
const ORIGIN_HEADERS = isWorkerd
  ? ['authorization']
  : [
      'authorization',
      // A bundle that was built without the condition `workerd` can run on Workers, too.
      ...(typeof navigator === 'object' && navigator.userAgent === 'Cloudflare-Workers'
        ? []
        : ['proxy-authorization', 'cookie', 'host']),
    ]

/**
 * Sends a request and follows redirects as `fetch` does, but removes the trace context for addresses that may not get it.
 * `fetch` itself would send the headers to the target of every redirect.
 *
 * @param mayCarry whether an address may get the headers with the names `fields`.
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function followRedirects(
  send: Send,
  [input, init]: readonly [input: RequestInfo | URL, init?: RequestInit],
  fields: readonly string[],
  mayCarry: (address: string) => boolean,
): Promise<Response> {
  let request = isRequest(input) ? input : undefined
  let from = request?.url ?? String(input)
  const mode = init?.redirect ?? request?.redirect ?? 'follow'
  if (mode !== 'follow' || !mayCarry(from)) return send(input, init)
  let own: RequestInit = { ...init, redirect: 'manual' }
  for (let count = 0; ; count++) {
    // The body of a `Request` can be read once. A redirect that keeps the body needs it again.
    const again = request?.body ? request.clone() : request
    const response = await send(request ?? from, own)
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null
    if (location === null) {
      if (count > 0) Object.defineProperty(response, 'redirected', { value: true, configurable: true })
      return response
    }
    await response.body?.cancel()
    const next = URL.parse(location, from)
    if (!next || !/^https?:$/.test(next.protocol) || count === MAX_REDIRECTS) {
      throw new TypeError(`fetch cannot follow a redirect to ${location.slice(0, 200)}`)
    }
    const method = (own.method ?? again?.method ?? 'GET').toUpperCase()
    const headers = new Headers(own.headers ?? again?.headers)
    const { status } = response
    const isDropped = status === 303 ? !/^(?:GET|HEAD)$/.test(method) : status < 303 && method === 'POST'
    if (!isDropped && own.body instanceof ReadableStream) {
      throw new TypeError('fetch cannot repeat a body that is a stream after a redirect')
    }
    for (const name of [
      ...(isDropped ? BODY_HEADERS : []),
      ...(next.origin === new URL(from).origin ? [] : ORIGIN_HEADERS),
      ...(mayCarry(next.href) ? [] : fields),
    ]) {
      headers.delete(name)
    }
    own = { ...own, headers }
    if (isDropped) own = { ...own, method: 'GET', body: null, signal: own.signal ?? again?.signal ?? null }
    request = again && !isDropped ? new Request(next.href, again) : undefined
    from = next.href
  }
}

function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && 'headers' in input
}
