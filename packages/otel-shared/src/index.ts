export {
  getSpan,
  getSpanContext,
  isSpanContextValid,
  NO_SPAN,
  PassiveSpan,
  setSpan,
} from './api-context.ts'
export { isSamplingDeferred } from './b3-propagator.ts'
export { formatBaggage, parseBaggage } from './baggage.ts'
export { generateSpanId, generateTraceId, isSpanId, isTraceId } from './ids.ts'
export { getRandomness, withThreshold } from './ot-tracestate.ts'
export { type OtelConfig, type OtlpExportConfig, readOtelConfig } from './otel-config.ts'
export { toAnyValue, toKeyValues } from './otlp/attributes.ts'
export { decodeTraceRequestJson } from './otlp/decode-json.ts'
export { decodeTraceRequestProtobuf } from './otlp/decode-protobuf.ts'
export { decodeRejectedCount } from './otlp/decode-response.ts'
export { encodeTraceRequestProtobuf } from './otlp/encode-protobuf.ts'
export {
  encodeStatusProtobuf,
  encodeTraceResponseJson,
  encodeTraceResponseProtobuf,
  type OtlpErrorStatus,
  type TracePartialSuccess,
} from './otlp/encode-response.ts'
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
export { createPropagator } from './propagators.ts'
export {
  type RedactionOptions,
  redactPath,
  redactQuery,
  redactSql,
  redactText,
  redactUrl,
} from './redaction.ts'
export { isSecretKey, redactAttribute } from './redaction-attribute.ts'
export { createSampler, type HeadSampler, type SamplingInput } from './sampler.ts'
export { formatTraceparent, parseTraceparent, RANDOM_FLAG, SAMPLED_FLAG } from './traceparent.ts'
export { createTraceState, parseTracestate } from './tracestate.ts'
export { isTrusted, type Trust } from './trust.ts'
export { W3CPropagator } from './w3c-propagator.ts'
