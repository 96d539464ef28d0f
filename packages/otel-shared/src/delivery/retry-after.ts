// The longest date, in the form of RFC 850, has 33 characters.
const MAX_LENGTH = 40

/**
 * Parses a `Retry-After` header: a number of seconds, or a date in any of the three forms of HTTP.
 *
 * @param maxMillis the longest delay that is returned. Default: ten minutes.
 * @returns the delay in milliseconds; `undefined` for a malformed value and for a time that is not in the future.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function parseRetryAfter(
  value: string | null,
  nowMillis: number,
  maxMillis = 600_000,
): number | undefined {
  if (!value || value.length > MAX_LENGTH) return undefined
  // Matches seconds, or a date without its zone. All three forms of dates are in UTC, and the form of asctime() has no zone.
  const [, seconds, date] = /^(?:(\d+)|([SMTWF][a-z]+,? .*:\d\d(?: \d{4})?)(?: GMT)?)$/.exec(value) ?? []
  const millis = seconds ? Number(seconds) * 1000 : Date.parse(`${date} GMT`) - nowMillis
  return millis > 0 ? Math.min(millis, maxMillis) : undefined
}
