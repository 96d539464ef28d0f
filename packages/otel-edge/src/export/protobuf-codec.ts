import { decodeRejectedCount, encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import type { ProtobufCodec } from './otlp-endpoint.ts'

/** OTLP as protobuf, which the minimal entry does not have. */
export const PROTOBUF_CODEC: ProtobufCodec = { encode: encodeTraceRequestProtobuf, decodeRejectedCount }
