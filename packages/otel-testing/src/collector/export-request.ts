import { decodeTraceRequestProtobuf, type TraceRequest } from '@throughline/otel-shared'

const OTHER_SIGNAL = /\/v1\/(?:logs|metrics)(?:\?|$)/

/** An export request as it reached the collector. */
export interface ExportRequest {
  /** When the whole body had arrived, in Unix milliseconds. */
  readonly receivedMillis: number
  readonly method: string
  /** The path with the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The size of the compressed body. */
  readonly sizeBytes: number
  /** The decompressed body. */
  readonly body: Uint8Array
}

/** The body of a request as text. */
export function textOf({ body }: ExportRequest): string {
  return new TextDecoder().decode(body)
}

/**
 * Parses the trace request in a body, as JSON or protobuf by its content type. A body of logs or metrics, or an empty
 * one, is a request without `resourceSpans`. Throws an `Error` for a body that cannot be read.
 */
export function decodeExport(request: ExportRequest): Partial<TraceRequest> {
  if (request.body.length === 0 || OTHER_SIGNAL.test(request.path)) return {}
  const contentType = String(request.headers['content-type'])
  if (!/^application\/x-protobuf\b/i.test(contentType))
    return JSON.parse(textOf(request)) as Partial<TraceRequest>
  const result = decodeTraceRequestProtobuf(request.body)
  if (!result.ok) throw new Error(`the body of ${request.path} is no OTLP protobuf: ${result.message}`)
  return result.request
}

/** The response of the collector to exports. The default is 200 with `{}`, and the spans are stored. */
export interface ExportAnswer {
  /** Spans are stored if it is below 300. Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Default: `{}`. */
  readonly body?: string
  /** The delay of the response. */
  readonly delayMillis?: number
  /** The connection is cut after this time instead of a response, and nothing is stored. */
  readonly cutAfterMillis?: number
  /** The number of exports with this response. Default: all, until another response is set. */
  readonly times?: number
}
