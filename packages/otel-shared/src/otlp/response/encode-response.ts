import { ProtobufWriter } from '../protobuf/protobuf-writer.ts'

/** The body of an OTLP error response. `code` is a gRPC status code; see `GRPC_STATUS`. */
export interface OtlpErrorStatus {
  readonly code: number
  readonly message: string
}

/** The spans that an OTLP receiver rejected from an accepted request (`partial_success`). */
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

/** Encodes an `ExportTraceServiceResponse` as JSON. If all spans are accepted it is `{}`, as OTLP requires. */
export function encodeTraceResponseJson({ rejectedSpans, errorMessage }: TracePartialSuccess): string {
  if (rejectedSpans === 0 && !errorMessage) return '{}'
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } })
}

/** Encodes an `ExportTraceServiceResponse` as binary protobuf. If all spans are accepted, it is an empty message. */
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
