/**
 * A kind of secret: its pattern, its replacement, and a check that a pattern cannot express.
 *
 * Except for lookarounds, a pattern is valid RE2, so that the processors of the OpenTelemetry Collector can use it. Without its
 * lookarounds, it matches more and never less. `HEADER` and `NAMED` also need a back-reference, to find the end of a quoted
 * value. A pattern takes linear time, which `npm run check` verifies: it begins with fixed text or a lookbehind, and the part
 * after an unbounded repetition is bounded.
 */
export type SecretKind = readonly [
  pattern: RegExp,
  replacement: string,
  isSecret?: (match: string) => boolean,
]

/** Redacts the secrets of these kinds in a text. */
export function redactKinds(text: string, kinds: readonly SecretKind[]): string {
  let redacted = text
  for (const [pattern, replacement, isSecret] of kinds) {
    redacted = isSecret
      ? redacted.replace(pattern, (match) => (isSecret(match) ? replacement : match))
      : redacted.replace(pattern, replacement)
  }
  return redacted
}
