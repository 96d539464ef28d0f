import { ProtobufWriter } from './protobuf-writer.ts'

/** The body of an OTLP error answer. `code` is a gRPC status code: 3 invalid argument, 8 resource exhausted, … */
export interface OtlpErrorStatus {
  readonly code: number
  readonly message: string
}

/** What an OTLP receiver did not take of a request that it took otherwise. */
export interface TracePartialSuccess {
  readonly rejectedSpans: number
  readonly errorMessage?: string
}

/** Encodes a `google.rpc.Status` as binary protobuf. @see https://opentelemetry.io/docs/specs/otlp/#failures */
export function encodeStatusProtobuf({ code, message }: OtlpErrorStatus): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  writer.uint32(1, code)
  writer.string(2, message)
  return writer.finish()
}

/** Encodes an `ExportTraceServiceResponse` as JSON; all spans accepted is `{}`, as OTLP demands. */
export function encodeTraceResponseJson({ rejectedSpans, errorMessage }: TracePartialSuccess): string {
  if (rejectedSpans === 0 && !errorMessage) return '{}'
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } })
}

/** Encodes an `ExportTraceServiceResponse` as binary protobuf; all spans accepted is an empty message. */
export function encodeTraceResponseProtobuf(partial: TracePartialSuccess): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter()
  if (partial.rejectedSpans > 0 || partial.errorMessage) {
    writer.message(1, () => {
      writer.uint32(1, partial.rejectedSpans)
      writer.string(2, partial.errorMessage)
    })
  }
  return writer.finish()
}
