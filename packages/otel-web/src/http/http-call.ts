import type { Context, Span } from '@opentelemetry/api'

/** One request of any API, and its span. All times are `performance.now()` values. */
export interface HttpCall {
  readonly span: Span
  readonly startMillis: number
  /** The trace headers of the request. Empty for an origin that must not get them. */
  readonly headers: Readonly<Record<string, string>>
  /** To be called when the platform function has returned. */
  started(): void
  /** To be called when the response headers have arrived. */
  answered(status: number, atMillis?: number): void
  /** To be called when the body has arrived or the request has failed. Later calls are ignored. */
  end(atMillis: number, error?: unknown): void
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  /** The signal that can abort the request. */
  readonly signal?: AbortSignal | null | undefined
  /** Set for a request that was made before the SDK was loaded. Default: now, in the active context. */
  readonly early?: { readonly startMillis: number; readonly context: Context }
}
