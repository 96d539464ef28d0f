import type { Scope } from './span-record.ts'

/** The instrumentation scope of all spans that this package makes by itself. */
export const EDGE_SCOPE: Scope = { name: '@throughline/otel-edge', version: '0.1.0' }
