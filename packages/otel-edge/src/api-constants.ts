import type { SpanKind, SpanStatusCode } from '@opentelemetry/api'

// The API's enums by their specified numbers: importing them would bring the API's code along.
type Kind<Name extends keyof typeof SpanKind> = (typeof SpanKind)[Name]
type Code<Name extends keyof typeof SpanStatusCode> = (typeof SpanStatusCode)[Name]

export const INTERNAL: Kind<'INTERNAL'> = 0 as Kind<'INTERNAL'>
export const SERVER: Kind<'SERVER'> = 1 as Kind<'SERVER'>
export const CLIENT: Kind<'CLIENT'> = 2 as Kind<'CLIENT'>
export const PRODUCER: Kind<'PRODUCER'> = 3 as Kind<'PRODUCER'>
export const CONSUMER: Kind<'CONSUMER'> = 4 as Kind<'CONSUMER'>

export const UNSET: Code<'UNSET'> = 0 as Code<'UNSET'>
export const OK: Code<'OK'> = 1 as Code<'OK'>
export const ERROR: Code<'ERROR'> = 2 as Code<'ERROR'>
