import type { OtlpResource, OtlpScope } from '@throughline/otel-shared'

/** The JSON in a row of `resources`. */
export interface StoredResource {
  readonly resource: OtlpResource
  readonly schemaUrl?: string
}

/** The JSON in a row of `scopes`. */
export interface StoredScope {
  readonly scope: OtlpScope
  readonly schemaUrl?: string
}
