import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import {
  encodeStatus,
  encodeTraceResponse,
  OTLP_CONTENT_TYPES,
  type OtlpEncoding,
  parseOtlpContentType,
  type TracePartialSuccess,
} from '@throughline/otel-shared'

const DRAIN_MILLIS = 2_000

/** Responds with an `ExportTraceServiceResponse`. */
export function answerAccepted(
  response: ServerResponse,
  encoding: OtlpEncoding,
  partial: TracePartialSuccess,
): void {
  response
    .writeHead(200, { 'content-type': OTLP_CONTENT_TYPES[encoding] })
    .end(encodeTraceResponse(partial, encoding))
}

/** The error response to a request. */
export interface OtlpFailure {
  readonly httpStatus: number
  readonly code: number
  readonly message: string
  readonly headers?: OutgoingHttpHeaders
}

/** Responds with a `google.rpc.Status` in the encoding of the request, or in JSON if its content type is not OTLP's. */
export function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  { httpStatus, code, message, headers }: OtlpFailure,
): void {
  const encoding = parseOtlpContentType(request.headers['content-type']) ?? 'json'
  const body = encodeStatus({ code, message }, encoding)
  afterRest(request, response, () =>
    response.writeHead(httpStatus, { 'content-type': OTLP_CONTENT_TYPES[encoding], ...headers }).end(body),
  )
}

/**
 * Responds when the rest of the request was read and dropped, after two seconds at the latest. Node closes the socket
 * after the response. With unread bytes, closing resets the connection, so a client that is still sending would not see
 * the response.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
function afterRest(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
  if (!hasBody(request) || request.complete || request.destroyed) {
    answer()
    return
  }
  response.setHeader('connection', 'close')
  const timer = setTimeout(() => {
    request.off('end', answerNow)
    answer()
  }, DRAIN_MILLIS)
  const answerNow = () => {
    clearTimeout(timer)
    answer()
  }
  request.once('end', answerNow)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}

/** A request without a body is `complete` only after the request handler has returned. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
