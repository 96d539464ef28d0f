/**
 * Removes spaces and tabs from both ends of a header value. `trim()` would remove other whitespace too, and a regular
 * expression that is anchored to the end would take quadratic time for a long run of spaces.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-whitespace (OWS)
 */
export function trimOptionalWhitespace(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && ' \t'.includes(value.charAt(start))) start++
  while (end > start && ' \t'.includes(value.charAt(end - 1))) end--
  return value.slice(start, end)
}
