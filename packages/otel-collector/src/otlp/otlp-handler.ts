import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type DecodeResult,
  decodeTraceRequestJson,
  decodeTraceRequestProtobuf,
  type TraceRequest,
} from '@throughline/otel-shared'
import { NotStoredError } from '../store/write-queue.ts'
import { answerAccepted, answerFailure, type Encoding, GRPC_CODES, requestEncoding } from './answer.ts'
import { applyCors, isPreflight } from './cors.ts'
import { MAX_BODY_BYTES, readBody } from './read-body.ts'

const { invalidArgument, notFound, resourceExhausted, unimplemented, unavailable, internal } = GRPC_CODES

export interface OtlpHandlerOptions {
  /** Resolves when the spans are stored; rejects with a `NotStoredError`. */
  readonly store: (request: TraceRequest, spanCount: number) => Promise<void>
  /** Told of every request whose spans were stored. */
  readonly onStored?: (request: TraceRequest) => void
}

/**
 * The OTLP/HTTP receiver: `POST /v1/traces` in JSON and protobuf, gzip or not, from any origin.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function createOtlpHandler(options: OtlpHandlerOptions): RequestListener {
  return (request, response) => {
    applyCors(request, response)
    if (isPreflight(request)) return void response.writeHead(204).end()
    route(request, response, options).catch((error: unknown) => {
      console.error('a request to the OTLP receiver failed', error)
      if (response.headersSent) return response.destroy()
      answerFailure(request, response, { httpStatus: 500, code: internal, message: 'an internal error' })
    })
  }
}

async function route(request: IncomingMessage, response: ServerResponse, options: OtlpHandlerOptions) {
  const path = (request.url ?? '/').split('?')[0]
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead && (path === '/' || path === '/healthz')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}')
  } else if (path === '/v1/traces') {
    await receiveTraces(request, response, options)
  } else if (path === '/v1/logs' || path === '/v1/metrics') {
    const message = `${path} is not served: this collector takes traces only, at /v1/traces`
    answerFailure(request, response, { httpStatus: 404, code: unimplemented, message })
  } else {
    const message = 'nothing is here: OTLP traces go to /v1/traces'
    answerFailure(request, response, { httpStatus: 404, code: notFound, message })
  }
}

async function receiveTraces(
  request: IncomingMessage,
  response: ServerResponse,
  { store, onStored }: OtlpHandlerOptions,
): Promise<void> {
  const refuse = (httpStatus: number, code: number, message: string, headers = {}) =>
    answerFailure(request, response, { httpStatus, code, message, headers })
  if (request.method !== 'POST') {
    return refuse(405, unimplemented, `${request.method} is not allowed: send POST`, {
      allow: 'POST, OPTIONS',
    })
  }
  const encoding = requestEncoding(request)
  if (!encoding) {
    return refuse(415, invalidArgument, 'the content type must be application/json or application/x-protobuf')
  }
  const body = await readBody(request)
  if (!body.ok) {
    if (body.problem === 'aborted') return
    if (body.problem === 'too-large') {
      return refuse(413, resourceExhausted, `the body is larger than ${MAX_BODY_BYTES} bytes`)
    }
    if (body.problem === 'bad-gzip') return refuse(400, invalidArgument, 'the body is not valid gzip')
    return refuse(415, invalidArgument, 'the content encoding must be gzip or none', {
      'accept-encoding': 'gzip',
    })
  }
  const decoded = decode(body.bytes, encoding)
  if (!decoded.ok) return refuse(400, invalidArgument, decoded.message)
  const spanCount = countSpans(decoded.request)
  // Nothing of it can be stored, so it is no partial success: an answer of 200 would hide a broken sender.
  if (spanCount === 0 && decoded.rejectedSpans > 0) {
    return refuse(400, invalidArgument, `no span is valid: ${decoded.errorMessage}`)
  }
  try {
    if (spanCount > 0) await store(decoded.request, spanCount)
  } catch (error) {
    if (!(error instanceof NotStoredError)) throw error
    const headers = { 'retry-after': String(error.retryAfterSeconds) }
    if (error.reason === 'full') return refuse(429, resourceExhausted, error.message, headers)
    return refuse(503, unavailable, error.message, headers)
  }
  answerAccepted(response, encoding, decoded)
  if (spanCount > 0) onStored?.(decoded.request)
}

function decode(bytes: Uint8Array, encoding: Encoding): DecodeResult {
  if (encoding === 'protobuf') return decodeTraceRequestProtobuf(bytes)
  try {
    return decodeTraceRequestJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { ok: false, message: 'the body is not UTF-8' }
  }
}

function countSpans(request: TraceRequest): number {
  let count = 0
  for (const { scopeSpans } of request.resourceSpans)
    for (const { spans } of scopeSpans) count += spans.length
  return count
}
