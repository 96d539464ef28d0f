import { VERSION } from '@throughline/otel-shared'
import type { Scope } from './span-record.ts'

/** The instrumentation scope of the spans and log records of this package. */
export const EDGE_SCOPE: Scope & { readonly version: string } = {
  name: '@throughline/otel-edge',
  version: VERSION,
}
