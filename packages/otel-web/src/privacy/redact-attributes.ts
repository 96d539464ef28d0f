import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { ATTR_EXCEPTION_STACKTRACE } from '@opentelemetry/semantic-conventions'
import { redactAttribute, redactPrimitive, redactText, truncate } from '@throughline/otel-shared'

/**
 * A redactor of the application. It gets the values that the built-in redaction returns; `undefined` removes the
 * attribute.
 */
export type Redact = (key: string, value: AttributeValue) => AttributeValue | undefined

export interface Redactor {
  text(text: string): string
  attributes(attributes: Attributes): Attributes
}

/** Limits of attribute values, in UTF-16 code units. The specification sets no limit by default. */
const MAX_TEXT = 4096
const MAX_STACK = 16_384

/** Redacts the values of secret keys, and the secrets in all other texts. */
export function createRedactor(own: Redact | undefined, keepQuery: readonly string[] = []): Redactor {
  const redactItem = (key: string, item: unknown) =>
    typeof item === 'string'
      ? cut(
          item,
          (text) => redactAttribute(key, text, { keepQuery }),
          key === ATTR_EXCEPTION_STACKTRACE ? MAX_STACK : MAX_TEXT,
        )
      : redactPrimitive(key, item)
  const redactValue = (key: string, value: AttributeValue): AttributeValue | undefined => {
    const redacted = (
      Array.isArray(value) ? value.map((item) => redactItem(key, item)) : redactItem(key, value)
    ) as AttributeValue
    if (!own) return redacted
    try {
      return own(key, redacted)
    } catch {
      // If the application's redactor throws, the attribute is removed.
      return undefined
    }
  }
  return {
    text: (text) => cut(text, redactText),
    attributes(attributes) {
      const redacted: Attributes = {}
      for (const key in attributes) {
        const value = attributes[key]
        const kept = value == null ? undefined : redactValue(key, value)
        if (kept !== undefined) redacted[key] = kept
      }
      return redacted
    },
  }
}

/** Truncates a string. It is redacted first, so that no part of a secret is left before the cut. */
function cut(text: string, redact: (text: string) => string, maxLength = MAX_TEXT): string {
  return truncate(redact(truncate(text, 2 * maxLength)), maxLength)
}
