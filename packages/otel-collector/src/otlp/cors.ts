import type { IncomingMessage, ServerResponse } from 'node:http'

const PREFLIGHT_CACHE_SECONDS = 7200
// `*` does not cover Authorization, and covers nothing for requests with credentials, which beacons are.
const HEADERS = ['content-type', 'content-encoding', 'authorization', 'traceparent', 'tracestate', 'baggage']

/**
 * Lets pages of any origin send spans. The origin is echoed and credentials are allowed because `sendBeacon` always
 * sends with credentials; nothing here reads them.
 */
export function applyCors(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'Origin')
  const { origin } = request.headers
  if (!origin) return
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-expose-headers', 'Retry-After')
  if (!isPreflight(request)) return
  const asked = request.headers['access-control-request-headers']
  response.setHeader('access-control-allow-methods', 'POST, OPTIONS')
  response.setHeader('access-control-allow-headers', asked || HEADERS.join(', '))
  response.setHeader('access-control-max-age', PREFLIGHT_CACHE_SECONDS)
}

/** True for a request that a browser sends to ask whether it may send another. */
export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS'
}
