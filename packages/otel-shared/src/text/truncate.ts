/**
 * Cuts a text to at most `maxLength` UTF-16 code units, never inside a surrogate pair, and replaces lone surrogates by
 * U+FFFD. The result is well-formed Unicode, as the strings of protobuf and OTLP must be.
 *
 * @see https://opentelemetry.io/docs/specs/otel/common/#attribute-limits
 */
export function truncate(text: string, maxLength: number): string {
  if (text.length > maxLength) {
    const cutsPair = (text.codePointAt(maxLength - 1) ?? 0) > 0xffff
    text = text.slice(0, cutsPair ? maxLength - 1 : maxLength)
  }
  return toWellFormed(text)
}

/** Replaces lone surrogates by U+FFFD. */
export function toWellFormed(text: string): string {
  // With the flag `u`, a surrogate pair is one code point, so that only lone surrogates match.
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
