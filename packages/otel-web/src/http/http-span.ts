import type { HrTime } from '@opentelemetry/api'
import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']
// The platform upper-cases these and no others.
const NORMALIZED = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']

/**
 * Starts the CLIENT span of a request.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function startHttpSpan(
  tracer: Tracer,
  method: string,
  url: URL,
  redact: (url: string) => string,
  context: Context,
  startTime?: HrTime,
): Span {
  const upper = method.toUpperCase()
  const sent = NORMALIZED.includes(upper) ? upper : method
  const known = METHODS.includes(sent)
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: known ? sent : '_OTHER',
    [ATTR_URL_FULL]: redact(url.href),
    [ATTR_SERVER_ADDRESS]: url.hostname,
    [ATTR_SERVER_PORT]: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  }
  if (!known || sent !== method) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method
  return tracer.startSpan(
    known ? sent : 'HTTP',
    { kind: SpanKind.CLIENT, attributes, ...(startTime ? { startTime } : {}) },
    context,
  )
}

/** Records the status; 0 (a response that may not be looked into) is none. */
export function recordStatus(span: Span, status: number): void {
  if (status === 0) return
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status < 400) return
  span.setAttribute(ATTR_ERROR_TYPE, String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/**
 * Ends the span; a failure is an error unless the page itself aborted the request.
 *
 * @param reason why the request's signal was aborted, if it was.
 */
export function endHttpSpan(span: Span, endTime: HrTime, error: unknown, reason?: unknown): void {
  if (error !== undefined && !isAbort(error, reason)) {
    span.setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : typeof error)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : '' })
  }
  span.end(endTime)
}

function isAbort(error: unknown, reason: unknown): boolean {
  const name = error instanceof DOMException && error.name
  // A signal can also mean that the request took too long.
  return name === 'AbortError' || (error === reason && name !== 'TimeoutError')
}
