import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import {
  encodeStatusProtobuf,
  encodeTraceResponseJson,
  encodeTraceResponseProtobuf,
  type TracePartialSuccess,
} from '@throughline/otel-shared'

/** The gRPC status codes that OTLP's error bodies use. */
export const GRPC_CODES = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const

export type Encoding = 'json' | 'protobuf'

const CONTENT_TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' } as const
const DRAIN_MILLIS = 2_000

/** The encoding a request's body is in, which its answer takes too; `undefined` when it is none of OTLP's. */
export function requestEncoding(request: IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === CONTENT_TYPES.json) return 'json'
  return type === CONTENT_TYPES.protobuf ? 'protobuf' : undefined
}

/** Answers with an `ExportTraceServiceResponse`. */
export function answerAccepted(
  response: ServerResponse,
  encoding: Encoding,
  partial: TracePartialSuccess,
): void {
  const body = encoding === 'json' ? encodeTraceResponseJson(partial) : encodeTraceResponseProtobuf(partial)
  response.writeHead(200, { 'content-type': CONTENT_TYPES[encoding] }).end(body)
}

/** What went wrong with a request. */
export interface OtlpFailure {
  readonly httpStatus: number
  readonly code: number
  readonly message: string
  readonly headers?: OutgoingHttpHeaders
}

/** Answers with a `google.rpc.Status` in the request's encoding (JSON when it had none of OTLP's). */
export function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  { httpStatus, code, message, headers }: OtlpFailure,
): void {
  const encoding = requestEncoding(request) ?? 'json'
  const body =
    encoding === 'json' ? JSON.stringify({ code, message }) : encodeStatusProtobuf({ code, message })
  if (!request.complete) dropRest(request, response)
  response.writeHead(httpStatus, { 'content-type': CONTENT_TYPES[encoding], ...headers }).end(body)
}

/** A sender that is still sending would not read an answer on a socket that is cut at once. */
function dropRest(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close')
  request.resume()
  const timer = setTimeout(() => request.destroy(), DRAIN_MILLIS)
  request.once('close', () => clearTimeout(timer))
}
