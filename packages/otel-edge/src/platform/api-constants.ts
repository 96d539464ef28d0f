import type { SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api'

// The values of the API's enums and constants. Importing them would add the API's code to the bundle.

export const INTERNAL: SpanKind.INTERNAL = 0
export const SERVER: SpanKind.SERVER = 1
export const CLIENT: SpanKind.CLIENT = 2
export const PRODUCER: SpanKind.PRODUCER = 3
export const CONSUMER: SpanKind.CONSUMER = 4

export const OK: SpanStatusCode.OK = 1
export const ERROR: SpanStatusCode.ERROR = 2

/** The invalid span context of the OpenTelemetry API. */
export const INVALID_SPAN_CONTEXT: SpanContext = {
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  traceFlags: 0,
}
