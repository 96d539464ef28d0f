import type { SpanKind, SpanStatusCode } from '@opentelemetry/api'

// The API's enums by their specified numbers: importing them would bring the API's code along.

export const INTERNAL: SpanKind.INTERNAL = 0
export const SERVER: SpanKind.SERVER = 1
export const CLIENT: SpanKind.CLIENT = 2
export const PRODUCER: SpanKind.PRODUCER = 3
export const CONSUMER: SpanKind.CONSUMER = 4

export const OK: SpanStatusCode.OK = 1
export const ERROR: SpanStatusCode.ERROR = 2
