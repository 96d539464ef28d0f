/**
 * The limits of this package. Sizes are UTF-16 code units unless the name says bytes.
 *
 * This file imports nothing: a bundler can then write each number where it is used, which it does not do for the constants
 * of a module with imports.
 */

// Warnings

/** Warnings that one isolate reports at most: a text can differ from request to request. */
export const MAX_WARNINGS = 100
/** The length of an invalid value in a warning. */
export const MAX_SHOWN_LENGTH = 200

// Sampling

/** More than the requests that a page sends at once. Limits a flood of requests with one trace id. */
export const MAX_REQUESTS_PER_TRACE = 50
/** Traces that public callers can force in each second, by default. */
export const DEFAULT_FORCED_PER_SECOND = 10
/** Unsampled spans that are held in memory until the tail decision of their invocation. */
export const MAX_UNDECIDED = 200
/** The value of a member of `tracestate`. */
export const MAX_TRACESTATE_VALUE = 256

// Spans

/** The last millisecond whose nanoseconds fit into 64 bits, the type of times in OTLP. */
export const MAX_TIME_MILLIS = 1.8e13
/** Span names, event names and status messages. */
export const MAX_NAME = 1024
/** Keys whose last attribute is kept as JSON. */
export const MAX_KEPT_KEYS = 500
/** A text that is kept as JSON. Longer texts rarely repeat, and would stay in memory. */
export const MAX_KEPT_LENGTH = 256

// Export

/**
 * The length at which a chunk is complete. Its bytes must fit into a queue message of 128 kB.
 *
 * @see https://developers.cloudflare.com/queues/platform/limits/
 */
export const CHUNK_LENGTH: number = 24 * 1024
/** A larger span is dropped, since receivers would reject it. */
export const MAX_SPAN_LENGTH: number = 512 * 1024
/** The records that are pending or being sent. */
export const MAX_PENDING_BYTES: number = 16 * 1024 * 1024
export const MAX_POST_BYTES: number = 1024 * 1024
/** How long an invocation sends. `waitUntil` lasts 30 s after the response. The next invocation sends the rest. */
export const BUDGET_MILLIS = 25_000
export const LEASE_GRACE_MILLIS = 1_000
export const FIRST_BACKOFF_MILLIS = 750
export const MAX_BACKOFF_MILLIS = 10_000
/** The longest pause that a collector can ask for. */
export const MAX_PAUSE_MILLIS = 60_000
export const DEFAULT_TIMEOUT_MILLIS = 10_000
export const MAX_EXPORT_REDIRECTS = 5

// HTTP

/** Redirects that `fetch` follows: https://fetch.spec.whatwg.org/#http-redirect-fetch */
export const MAX_REDIRECTS = 20
/** Addresses and routes that are kept in their redacted form. */
export const MAX_CACHED_TEXTS = 100
export const MAX_CACHED_LENGTH = 256
/** Bodies up to this size that were created in this worker count as complete. */
export const BUFFERED_BYTES: number = 64 * 1024
/** The time without a read after which a body counts as abandoned, once its invocation has ended. */
export const UNREAD_MILLIS = 2_000
/** How long an ended invocation waits for reads. `waitUntil` lasts 30 s after the response. */
export const LAST_READ_MILLIS = 26_000
