import { formatTraceparent } from '@throughline/otel-shared'
import type { ServerRequest } from '../../core/invocation.ts'
import { INVALID_SPAN_CONTEXT } from '../../platform/api-constants.ts'
import { copyResponse } from '../body/response-body.ts'
import { hasRoute, routeMetric, withoutOwnTimings } from './server-timing.ts'
import { mayBeShared } from './shared-cache.ts'

/**
 * Adds `Server-Timing` and, by the options, `Trace-Id` and `Timing-Allow-Origin` to a response. Returns a copy when the headers
 * of the response are immutable.
 */
export function withTimingHeaders(server: ServerRequest, response: Response, nowMillis: number): Response {
  try {
    setTimingHeaders(server, response, response.headers, nowMillis)
    return response
  } catch {
    // A response whose body has been used cannot be copied. The runtime rejects it with its own error.
    const copy = response.bodyUsed ? response : copyResponse(response, response.body)
    if (copy !== response) setTimingHeaders(server, response, copy.headers, nowMillis)
    return copy
  }
}

function setTimingHeaders(
  { span, request, invocation, receivedMillis, route }: ServerRequest,
  response: Response,
  headers: Headers,
  nowMillis: number,
): void {
  const { timingAllowOrigin, traceIdHeader } = invocation.sdk.options
  const spanContext = span.spanContext()
  // One call takes less time than one for each name. An iterator would be an object of the runtime, which costs the garbage
  // collector more than others.
  const names: string[] = []
  headers.forEach((_, name) => {
    names.push(name)
  })
  const existing = names.includes('server-timing') ? headers.get('server-timing') : null
  const others = existing === null ? undefined : withoutOwnTimings(existing)
  // Without ids of this span, only those of a traced worker behind this one are removed.
  if (spanContext === INVALID_SPAN_CONTEXT || mayBeShared(request, response, names, nowMillis)) {
    if (existing === null || others === existing) return
    if (others === undefined) headers.delete('server-timing')
    else headers.set('server-timing', others)
    return
  }
  const traceparent = formatTraceparent(spanContext)
  const timing = `traceparent;desc="${traceparent}", trace;desc="${traceparent}", edge;desc="${Math.round(receivedMillis)}";dur=${Math.round(nowMillis - receivedMillis)}`
  // The route of a traced worker behind this one is the more specific one.
  const routed = route === undefined || hasRoute(others) ? timing : timing + routeMetric(route)
  headers.set('server-timing', others === undefined ? routed : `${others}, ${routed}`)
  if (traceIdHeader) headers.set('trace-id', spanContext.traceId)
  // Same-origin requests have no Origin header, and their timing is readable without Timing-Allow-Origin.
  const origin = timingAllowOrigin && request.headers.get('origin')
  if (origin && timingAllowOrigin.includes(origin) && !names.includes('timing-allow-origin')) {
    headers.set('timing-allow-origin', origin)
  }
}
