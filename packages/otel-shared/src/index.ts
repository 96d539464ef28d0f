export {
  getBaggage,
  getSpan,
  getSpanContext,
  isSpanContextValid,
  NonRecordingSpan,
  setBaggage,
  setSpan,
  setSpanContext,
} from './context/api-context.ts'
export { generateSpanId, generateTraceId, isSpanId, isTraceId } from './context/ids.ts'
export { backOffMillis } from './delivery/back-off.ts'
export { type PostOutcome, readOutcome } from './delivery/post-outcome.ts'
export { splitBySize } from './delivery/split-by-size.ts'
export { isKnownMethod } from './http/known-method.ts'
export { toAnyValue, toKeyValues } from './otlp/attributes.ts'
export {
  decodeTraceRequest,
  encodeStatus,
  encodeTraceResponse,
  OTLP_CONTENT_TYPES,
  type OtlpEncoding,
  parseOtlpContentType,
} from './otlp/encoding.ts'
export { GRPC_STATUS } from './otlp/grpc-status.ts'
export { decodeTraceRequestJson } from './otlp/json/decode-json.ts'
export { decodeTraceRequestProtobuf } from './otlp/protobuf/decode-protobuf.ts'
export { encodeTraceRequestProtobuf } from './otlp/protobuf/encode-protobuf.ts'
export { decodeRejectedCount, parseRejectedCount } from './otlp/response/decode-response.ts'
export type { OtlpErrorStatus, TracePartialSuccess } from './otlp/response/encode-response.ts'
export type {
  AnyValue,
  DecodeResult,
  KeyValue,
  OtlpEvent,
  OtlpLink,
  OtlpResource,
  OtlpScope,
  OtlpSpan,
  OtlpStatus,
  ResourceSpans,
  ScopeSpans,
  TraceRequest,
} from './otlp/types.ts'
export { formatBaggage, parseBaggage } from './propagation/baggage.ts'
export { MapBaggage } from './propagation/map-baggage.ts'
export { formatTraceparent, parseTraceparent, RANDOM_FLAG, SAMPLED_FLAG } from './propagation/traceparent.ts'
export { createTraceState, parseTracestate } from './propagation/tracestate.ts'
export {
  extractBaggage,
  extractTraceContext,
  injectBaggage,
  injectTraceContext,
} from './propagation/w3c-context.ts'
export { rareSecrets } from './redaction/rare-secrets.ts'
export { isSecretKey, redactAttribute, redactPrimitive } from './redaction/redact-attribute.ts'
export { redactSpans } from './redaction/redact-spans.ts'
export { redactText } from './redaction/redact-text.ts'
export { type RedactionOptions, redactQuery, redactUrl } from './redaction/redact-url.ts'
export { parseRatio, SAMPLER_NAME, samplerRatio } from './sampling/sampler-ratio.ts'
export {
  ATTR_ACTION_END_REASON,
  ATTR_ACTION_TYPE,
  ATTR_ATTRIBUTION,
  ATTR_CHILDREN,
  ATTR_CLOCK_OFFSET,
  ATTR_DROPPED_SPANS,
  ATTR_HOST_ID,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SERVICE_NAME,
  ATTR_SESSION_ID,
  ATTR_URL_FULL,
  ATTR_URL_QUERY,
  ATTR_URL_TEMPLATE,
  ATTR_USER_HASH,
  ATTR_USER_ID,
  COUNT_CHILDREN,
  TRACESTATE_KEY,
  telemetryAttributes,
  VERSION,
} from './semconv.ts'
export { truncate } from './text/truncate.ts'
export { decodeUtf8Lossy } from './text/utf8.ts'
export {
  findMissingChildren,
  type MissingChildren,
  readChildCount,
  type StoredSpan,
} from './trace/missing-children.ts'
