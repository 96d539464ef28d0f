import { decodeUtf8 } from '../text/utf8.ts'
import { decodeTraceRequestJson } from './json/decode-json.ts'
import { decodeTraceRequestProtobuf } from './protobuf/decode-protobuf.ts'
import {
  encodeStatusProtobuf,
  encodeTraceResponseJson,
  encodeTraceResponseProtobuf,
  type OtlpErrorStatus,
  type TracePartialSuccess,
} from './response/encode-response.ts'
import type { DecodeResult } from './types.ts'

/** The two encodings of OTLP/HTTP. A response has the encoding of its request. */
export type OtlpEncoding = 'json' | 'protobuf'

/** @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const OTLP_CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
}

/** Parses a `Content-Type` header; `undefined` for an absent header and for a type that OTLP/HTTP does not use. */
export function parseOtlpContentType(contentType: string | null | undefined): OtlpEncoding | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === OTLP_CONTENT_TYPES.json) return 'json'
  return type === OTLP_CONTENT_TYPES.protobuf ? 'protobuf' : undefined
}

/** Decodes the body of an `ExportTraceServiceRequest`. JSON may start with a byte order mark. */
export function decodeTraceRequest(body: Uint8Array, encoding: OtlpEncoding): DecodeResult {
  if (encoding === 'protobuf') return decodeTraceRequestProtobuf(body)
  const text = decodeUtf8(body)
  if (text === undefined) return { ok: false, message: 'the body is not UTF-8' }
  return decodeTraceRequestJson(text.startsWith('\ufeff') ? text.slice(1) : text)
}

/** Encodes an `ExportTraceServiceResponse`. */
export function encodeTraceResponse(
  partial: TracePartialSuccess,
  encoding: OtlpEncoding,
): string | Uint8Array<ArrayBuffer> {
  return encoding === 'json' ? encodeTraceResponseJson(partial) : encodeTraceResponseProtobuf(partial)
}

/** Encodes a `google.rpc.Status`, the body of OTLP's error responses. */
export function encodeStatus(
  { code, message }: OtlpErrorStatus,
  encoding: OtlpEncoding,
): string | Uint8Array<ArrayBuffer> {
  return encoding === 'json' ? JSON.stringify({ code, message }) : encodeStatusProtobuf({ code, message })
}
