import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type DecodeResult,
  decodeTraceRequest,
  GRPC_STATUS,
  type OtlpEncoding,
  parseOtlpContentType,
  type TracePartialSuccess,
  type TraceRequest,
} from '@throughline/otel-shared'
import { misdirected } from '../http/allowed-hosts.ts'
import { hasManyHosts, MANY_HOSTS, readTarget } from '../http/request-target.ts'
import { NotStoredError } from '../store/write/write-queue.ts'
import { answerAccepted, answerFailure } from './answer.ts'
import { applyCors, isPreflight } from './cors.ts'
import { densityProblem } from './json-density.ts'
import { type LimitedRequest, limitRequest } from './limit-request.ts'
import type { ReceiverMemory } from './low-memory.ts'
import { type BodyBudget, createBodyBudget, MAX_BODY_BYTES, readBody } from './read-body.ts'
import { createTurns, type Turns } from './turns.ts'

const { invalidArgument, notFound, resourceExhausted, unimplemented, unavailable, internal } = GRPC_STATUS

// Larger bodies are decoded one at a time: decoding takes up to twenty times the size of a body.
const LARGE_BYTES = 256 * 1024

export interface OtlpHandlerOptions {
  /** Resolves when the spans are stored; rejects with a `NotStoredError`. */
  readonly store: (request: TraceRequest, spanCount: number, sizeBytes: number) => Promise<void>
  /** False for a `Host` header that is not an address of this collector. */
  readonly isOwnHost: (header: string | undefined) => boolean
  readonly memory: ReceiverMemory
  /** Removes secrets before a request is stored and passed to `onStored`. */
  readonly redact?: (request: TraceRequest) => TraceRequest
  /** Called for every request whose spans were stored. */
  readonly onStored?: (request: TraceRequest) => void
}

/**
 * The OTLP/HTTP receiver: `POST /v1/traces` in JSON or protobuf, optionally gzipped, from any origin.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function createOtlpHandler(options: OtlpHandlerOptions): RequestListener {
  const bodies = createBodyBudget(options.memory.bodyBytes)
  const large = createTurns(options.memory.collectAboveBytes)
  return (request, response) => {
    const target = readTarget(request)
    if (!target || hasManyHosts(request)) {
      const message = target ? MANY_HOSTS : 'the address cannot be parsed'
      return answerFailure(request, response, { httpStatus: 400, code: invalidArgument, message })
    }
    if (!options.isOwnHost(target.host)) {
      const message = misdirected(target.host)
      return answerFailure(request, response, { httpStatus: 421, code: invalidArgument, message })
    }
    applyCors(request, response)
    if (isPreflight(request)) return void response.writeHead(204).end()
    route(request, response, target.path, { ...options, bodies, large }).catch((error: unknown) => {
      console.error('a request to the OTLP receiver failed', error)
      if (response.headersSent) return response.destroy()
      answerFailure(request, response, { httpStatus: 500, code: internal, message: 'an internal error' })
    })
  }
}

interface Receiver extends OtlpHandlerOptions {
  readonly bodies: BodyBudget
  readonly large: Turns
}

async function route(request: IncomingMessage, response: ServerResponse, path: string, options: Receiver) {
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
  { store, redact, onStored, bodies, large }: Receiver,
): Promise<void> {
  const refuse = (httpStatus: number, code: number, message: string, headers = {}) =>
    answerFailure(request, response, { httpStatus, code, message, headers })
  if (request.method !== 'POST') {
    return refuse(405, unimplemented, `${request.method} is not allowed: send POST`, {
      allow: 'POST, OPTIONS',
    })
  }
  const encoding = parseOtlpContentType(request.headers['content-type'])
  if (!encoding) {
    return refuse(415, invalidArgument, 'the content type must be application/json or application/x-protobuf')
  }
  const body = await readBody(request, bodies)
  if (!body.ok) {
    if (body.problem === 'aborted') return
    if (body.problem === 'too-large') {
      return refuse(413, resourceExhausted, `the body is larger than ${MAX_BODY_BYTES} bytes`)
    }
    if (body.problem === 'busy') {
      return refuse(429, resourceExhausted, 'too many large requests are being received', {
        'retry-after': '1',
      })
    }
    if (body.problem === 'bad-gzip')
      return refuse(400, invalidArgument, 'the body is not valid gzip: check the content-encoding')
    return refuse(415, invalidArgument, 'the content encoding must be gzip or none', {
      'accept-encoding': 'gzip',
    })
  }
  try {
    if (body.bytes.length > LARGE_BYTES) await large(() => storeBody(body.bytes))
    else await storeBody(body.bytes)
  } finally {
    body.release()
  }

  async function storeBody(bytes: Uint8Array): Promise<void> {
    const decoded = decode(bytes, encoding ?? 'json')
    if (!decoded.ok) {
      return decoded.isTooLarge
        ? refuse(413, resourceExhausted, decoded.message)
        : refuse(400, invalidArgument, decoded.message)
    }
    const limited = limitRequest(decoded.request)
    const spanCount = countSpans(limited.request)
    // No span can be stored, so the response is not a partial success: status 200 would hide a broken sender.
    if (spanCount === 0 && decoded.rejectedSpans > 0) {
      return refuse(400, invalidArgument, `no span is valid: ${decoded.errorMessage}`)
    }
    const stored = redact ? redact(limited.request) : limited.request
    try {
      if (spanCount > 0) await store(stored, spanCount, bytes.length)
    } catch (error) {
      if (!(error instanceof NotStoredError)) throw error
      const headers = { 'retry-after': String(error.retryAfterSeconds) }
      if (error.reason === 'full') return refuse(429, resourceExhausted, error.message, headers)
      return refuse(503, unavailable, error.message, headers)
    }
    answerAccepted(response, encoding ?? 'json', partialSuccess(decoded, limited))
    if (spanCount > 0) onStored?.(stored)
  }
}

/** OTLP uses `partial_success` for warnings, too: with no rejected spans, the message says what was truncated. */
function partialSuccess(
  { rejectedSpans, errorMessage, droppedItems = 0 }: TracePartialSuccess & { readonly droppedItems?: number },
  { cut, dropped: droppedLater }: LimitedRequest,
): TracePartialSuccess {
  const dropped = droppedItems + droppedLater
  const messages = [
    errorMessage,
    cut > 0 && `${cut} texts were longer than the collector's limits and were cut`,
    dropped > 0 &&
      `${dropped} attributes, events or links were more than the collector's limits and were dropped`,
  ].filter((message) => typeof message === 'string')
  return messages.length === 0 ? { rejectedSpans } : { rejectedSpans, errorMessage: messages.join('; ') }
}

function decode(bytes: Uint8Array, encoding: OtlpEncoding): DecodeResult {
  const isLargeJson = encoding === 'json' && bytes.length > LARGE_BYTES
  const problem = isLargeJson ? densityProblem(bytes) : undefined
  return problem ? { ok: false, ...problem } : decodeTraceRequest(bytes, encoding)
}

function countSpans(request: TraceRequest): number {
  let count = 0
  for (const { scopeSpans } of request.resourceSpans)
    for (const { spans } of scopeSpans) count += spans.length
  return count
}
