import type { IncomingMessage, ServerResponse } from 'node:http'

const PREFLIGHT_CACHE_SECONDS = 7200
// Listed by name, since `*` does not include `Authorization`.
const HEADERS = ['content-type', 'content-encoding', 'authorization', 'traceparent', 'tracestate', 'baggage']

/**
 * Allows requests from pages of any origin, without credentials. No endpoint reads cookies, so `*` is sufficient, and
 * browsers reject it for requests with credentials.
 *
 * @see https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
 */
export function applyCors(request: IncomingMessage, response: ServerResponse): void {
  if (!request.headers.origin) return
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-expose-headers', 'Retry-After')
  if (!isPreflight(request)) return
  const asked = request.headers['access-control-request-headers']
  response.setHeader('vary', 'Access-Control-Request-Headers')
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS')
  response.setHeader('access-control-allow-headers', asked || HEADERS.join(', '))
  response.setHeader('access-control-max-age', PREFLIGHT_CACHE_SECONDS)
}

/** True for a CORS preflight request. */
export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS'
}
