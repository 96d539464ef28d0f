import { parseRetryAfter } from './retry-after.ts'

/**
 * The outcome of one POST of an OTLP request: the receiver has accepted it (`sent`), a later attempt may succeed (`retry`), or
 * every further attempt would fail (`refused`).
 */
export interface PostOutcome {
  readonly outcome: 'sent' | 'retry' | 'refused'
  /** The HTTP status. Absent when no response was received. */
  readonly status?: number
  /** The number of records that the receiver rejected from a request with the outcome `sent`. Default: 0. */
  readonly rejectedCount?: number
  /** The delay of a `Retry-After` header. */
  readonly retryAfterMillis?: number | undefined
}

// https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
const RETRYABLE_STATUSES: readonly number[] = [429, 502, 503, 504]

/**
 * Reads the outcome from the status and headers of a response. The body, which can contain a partial success, is not read.
 *
 * @param maxRetryAfterMillis the longest delay that is returned; a longer `Retry-After` is cut to it. Default: ten minutes.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function readOutcome(
  { ok, status, headers }: Pick<Response, 'ok' | 'status' | 'headers'>,
  maxRetryAfterMillis?: number,
): PostOutcome {
  return {
    outcome: ok ? 'sent' : RETRYABLE_STATUSES.includes(status) ? 'retry' : 'refused',
    status,
    retryAfterMillis: parseRetryAfter(headers.get('retry-after'), Date.now(), maxRetryAfterMillis),
  }
}
