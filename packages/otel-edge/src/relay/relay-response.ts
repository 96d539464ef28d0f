import {
  encodeStatus,
  encodeTraceResponse,
  GRPC_STATUS,
  OTLP_CONTENT_TYPES,
  type OtlpEncoding,
  parseOtlpContentType,
  type TracePartialSuccess,
} from '@throughline/otel-shared'
import { BodyProblem } from './read-body.ts'
import type { RelayContext } from './relay-context.ts'

type RefusalStatus = 400 | 403 | 413 | 415 | 429 | 503

/** The gRPC status codes of the HTTP statuses that the relay answers with. */
const GRPC_STATUS_OF: Readonly<Record<RefusalStatus, number>> = {
  400: GRPC_STATUS.invalidArgument,
  403: GRPC_STATUS.permissionDenied,
  413: GRPC_STATUS.resourceExhausted,
  415: GRPC_STATUS.invalidArgument,
  429: GRPC_STATUS.resourceExhausted,
  503: GRPC_STATUS.unavailable,
}

/**
 * The encoding of a request. The browser sets `text/plain` on a beacon whose body is a string.
 *
 * @throws {BodyProblem} 415 for a content type that is neither JSON nor protobuf.
 */
export function requireEncoding(c: RelayContext): OtlpEncoding {
  const contentType = c.req.header('content-type') ?? ''
  if (/^text\/plain\b/i.test(contentType)) return 'json'
  const encoding = parseOtlpContentType(contentType)
  if (encoding) return encoding
  throw new BodyProblem(415, 'the content-type is neither application/json nor application/x-protobuf')
}

/** The response has the encoding of the request. */
function responseEncoding(c: RelayContext): OtlpEncoding {
  return parseOtlpContentType(c.req.header('content-type')) ?? 'json'
}

/** The response for an accepted batch. Rejected spans are a partial success. */
export function accept(c: RelayContext, partial: TracePartialSuccess): Response {
  const encoding = responseEncoding(c)
  return c.body(encodeTraceResponse(partial, encoding), 200, { 'content-type': OTLP_CONTENT_TYPES[encoding] })
}

/** The response for a refused batch, with an OTLP `Status`. */
export function refuse(
  c: RelayContext,
  status: RefusalStatus,
  message: string,
  retryAfterMillis?: number,
): Response {
  if (retryAfterMillis !== undefined) c.header('retry-after', String(Math.ceil(retryAfterMillis / 1_000)))
  const encoding = responseEncoding(c)
  const body = encodeStatus({ code: GRPC_STATUS_OF[status], message }, encoding)
  return c.body(body, status, { 'content-type': OTLP_CONTENT_TYPES[encoding] })
}

/** CORS headers for a page of another origin. */
export function allowOrigin(c: RelayContext, origin: string): void {
  c.header('access-control-allow-origin', origin)
  c.header('access-control-allow-methods', 'POST')
  c.header('access-control-allow-headers', 'content-type, content-encoding')
  c.header('access-control-expose-headers', 'retry-after')
  c.header('access-control-max-age', '86400')
  c.header('vary', 'origin', { append: true })
}
