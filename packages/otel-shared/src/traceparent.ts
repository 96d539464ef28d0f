import type { SpanContext } from '@opentelemetry/api'

/** Bit 0 of the trace flags: the caller may have recorded the span. */
export const SAMPLED_FLAG = 0x01
/** Bit 1 of the trace flags (level 2): the right-most 7 bytes of the trace id are random. */
export const RANDOM_FLAG = 0x02

// Version 00 is exactly four fields; a later version may add more after a dash; ff is forbidden.
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads a `traceparent` header value.
 *
 * @returns the remote span context, flags cut to the two bits level 2 defines; `undefined` for anything
 *   malformed, which a receiver treats as absent.
 * @see https://www.w3.org/TR/trace-context-2/#traceparent-header
 */
export function parseTraceparent(value: string): SpanContext | undefined {
  const match = TRACEPARENT.exec(trimOptionalWhitespace(value))
  if (!match) return undefined
  const [, version, traceId, spanId, flags, rest] = match
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  if (version === '00' && rest !== undefined) return undefined
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & (SAMPLED_FLAG | RANDOM_FLAG),
    isRemote: true,
  }
}

/** Writes a version 00 `traceparent` value; the random flag is carried on, unknown flags are not. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & (SAMPLED_FLAG | RANDOM_FLAG)}`
}

/** Header values may be padded with spaces and tabs (RFC 9110, OWS), nothing else. */
function trimOptionalWhitespace(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}
