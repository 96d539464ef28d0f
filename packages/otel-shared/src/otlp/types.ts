/**
 * OTLP trace data in the shape of its JSON encoding: ids as lower-case hex, 64-bit integers as decimal strings,
 * enums as numbers. Spans are kept in this shape everywhere, so that encoding JSON is `JSON.stringify`.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export interface TraceRequest {
  readonly resourceSpans: readonly ResourceSpans[]
}

export interface ResourceSpans {
  readonly resource: OtlpResource
  readonly scopeSpans: readonly ScopeSpans[]
  readonly schemaUrl?: string
}

export interface OtlpResource {
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount?: number
}

export interface ScopeSpans {
  readonly scope: OtlpScope
  readonly spans: readonly OtlpSpan[]
  readonly schemaUrl?: string
}

export interface OtlpScope {
  readonly name: string
  readonly version?: string
  readonly attributes?: readonly KeyValue[]
}

export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly parentSpanId?: string
  readonly flags?: number
  readonly name: string
  /** `SpanKind` of OTLP: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly events: readonly OtlpEvent[]
  readonly droppedEventsCount?: number
  readonly links: readonly OtlpLink[]
  readonly droppedLinksCount?: number
  readonly status: OtlpStatus
}

export interface OtlpEvent {
  readonly timeUnixNano: string
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount?: number
}

/** An invalid or absent id is an empty string. */
export interface OtlpLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly attributes: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly flags?: number
}

/** `code`: 0 unset, 1 ok, 2 error. */
export interface OtlpStatus {
  readonly code?: number
  readonly message?: string
}

export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

/** At most one field is set. Without a field, the value is empty. `bytesValue` is base64, `intValue` a decimal string. */
export interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  /** `NaN` and the infinities are strings, as in OTLP's JSON encoding: JSON has no numbers for them. */
  readonly doubleValue?: number | 'NaN' | 'Infinity' | '-Infinity'
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values: readonly KeyValue[] }
  readonly bytesValue?: string
}

/**
 * The result of decoding a request body. A body that cannot be decoded is an error (HTTP 400). Spans that violate the data
 * model (ids, times) are omitted and counted, for OTLP's partial success.
 */
export type DecodeResult =
  | {
      readonly ok: true
      readonly request: TraceRequest
      readonly rejectedSpans: number
      /** The problem of the first rejected span. */
      readonly errorMessage?: string
      /** The number of attributes, events, links and elements of lists and maps that exceeded the decoder's limits. */
      readonly droppedItems?: number
    }
  | {
      readonly ok: false
      readonly message: string
      /** Set when the body exceeds the decoder's limits (HTTP 413). Such a body may be valid OTLP. */
      readonly isTooLarge?: true
    }
