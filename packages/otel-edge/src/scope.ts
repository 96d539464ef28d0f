import type { Scope } from './span-record.ts'

/** The instrumentation scope of all spans that this package makes by itself. Its version is the package's. */
export const EDGE_SCOPE: Scope & { readonly version: string } = {
  name: '@throughline/otel-edge',
  version: '0.1.0',
}
