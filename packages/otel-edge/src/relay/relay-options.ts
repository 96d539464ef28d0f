/** Options of `otlpRelay`: what it accepts, from which senders, and where it forwards the spans. */
export interface RelayOptions {
  /** Where batches are posted. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
  /** Origins whose pages may send, in addition to the origin of the worker. Default: none. */
  readonly origins?: readonly string[]
  /** Largest body, decompressed. Default: 1 MiB. */
  readonly maxBytes?: number
  /** Maximum number of spans in a batch; further spans are rejected. Default: 2,000. */
  readonly maxSpans?: number
  /** Batches a client may send in a minute, counted in memory. Default: 1,200. */
  readonly perClientPerMinute?: number
  /** Bytes a client may send in a minute, decompressed, counted in memory. Default: 20 MiB. */
  readonly bytesPerClientPerMinute?: number
  /** Batches all clients together may send in a minute to one isolate. Default: 6,000. */
  readonly perMinute?: number
  /** The values of `service.name` that may be sent; spans of others are rejected. Default: every value. */
  readonly serviceNames?: readonly string[]
  /** Name of a Rate Limiting binding that replaces the count per client in memory. Default: none. */
  readonly rateLimit?: string
  /** When to answer: when the relay has accepted the batch, or when the collector has stored it. Default: `'accepted'`. */
  readonly ack?: 'accepted' | 'stored'
  /** Names of query parameters whose values are not redacted. Default: none. */
  readonly keepQuery?: readonly string[]
  /** Name of a queue binding for batches that the collector did not accept in time. Default: none. */
  readonly overflowQueue?: string
}
