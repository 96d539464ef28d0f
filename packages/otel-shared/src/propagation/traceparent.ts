import type { SpanContext } from '@opentelemetry/api'
import { MAX_TRACEPARENT_LENGTH } from '../limits.ts'
import { trimOptionalWhitespace } from './optional-whitespace.ts'

/** Bit 0 of the trace flags: the caller may have recorded the span. */
export const SAMPLED_FLAG = 0x01
/** Bit 1 of the trace flags (Level 2): the last 7 bytes of the trace id are random. */
export const RANDOM_FLAG = 0x02

// Version 00 has exactly four fields. A later version can add fields after a dash. Version ff is invalid.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Parses a `traceparent` header.
 *
 * @returns the remote span context, with the two trace flags that Level 2 defines; `undefined` for a malformed value, which
 *   counts as absent.
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(value: string): SpanContext | undefined {
  if (value.length > MAX_TRACEPARENT_LENGTH) return undefined
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(trimOptionalWhitespace(value)) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  if (version === '00' && rest !== undefined) return undefined
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & (SAMPLED_FLAG | RANDOM_FLAG),
    isRemote: true,
  }
}

/** Formats a `traceparent` of version 00. The sampled flag and the random flag are propagated, unknown flags are not. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & (SAMPLED_FLAG | RANDOM_FLAG)}`
}
