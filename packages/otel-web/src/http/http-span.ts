import {
  type Attributes,
  type Context,
  type HrTime,
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
import { isKnownMethod } from '@throughline/otel-shared'

// https://fetch.spec.whatwg.org/#concept-method-normalize does not list PATCH.
const NORMALIZED = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']

/** The dependencies of functions that start spans of requests. */
export interface HttpSpanParts {
  readonly tracer: Tracer
  readonly redactUrl: (url: string) => string
}

/** The attributes of a request that its span needs. */
export interface HttpSpanOptions {
  readonly method: string
  readonly url: URL
  /** The context with the parent span. */
  readonly context: Context
  /** Start time. Default: now. */
  readonly startTime?: HrTime | undefined
}

/**
 * Starts the CLIENT span of a request.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function startHttpSpan(
  { tracer, redactUrl }: HttpSpanParts,
  { method, url, context, startTime }: HttpSpanOptions,
): Span {
  const upper = method.toUpperCase()
  const sent = NORMALIZED.includes(upper) ? upper : method
  const known = isKnownMethod(sent)
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: known ? sent : '_OTHER',
    [ATTR_URL_FULL]: redactUrl(url.href),
    // The address without the brackets of an IPv6 literal.
    [ATTR_SERVER_ADDRESS]: url.hostname.replace(/^\[|\]$/g, ''),
    [ATTR_SERVER_PORT]: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  }
  if (!known || sent !== method) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = method
  return tracer.startSpan(
    known ? sent : 'HTTP',
    { kind: SpanKind.CLIENT, attributes, ...(startTime ? { startTime } : {}) },
    context,
  )
}

/** Records the status code. Status 0 is not recorded: it means an opaque response, whose status is unknown. */
export function recordStatus(span: Span, status: number): void {
  if (status === 0) return
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status < 400) return
  span.setAttribute(ATTR_ERROR_TYPE, String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/**
 * Ends the span. Its status is ERROR for a failed request, but not for one that the page aborted.
 *
 * @param reason the reason of the request's signal, if that was aborted
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
  // `AbortSignal.timeout()` aborts a request that takes too long. That counts as a failure.
  return name === 'AbortError' || (error === reason && name !== 'TimeoutError')
}
