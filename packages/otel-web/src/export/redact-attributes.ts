import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { redactText, redactUrl } from '@throughline/otel-shared'

/** A redactor of the application's: gets what is left after ours; `undefined` takes the attribute out. */
export type Redact = (key: string, value: AttributeValue) => AttributeValue | undefined

export interface Redactor {
  text(text: string): string
  attributes(attributes: Attributes): Attributes
}

/** Addresses lose user info, query values and fragment, other text loses e-mail addresses, tokens and the like. */
export function createRedactor(own: Redact | undefined, keepQuery: readonly string[] = []): Redactor {
  const redactString = (key: string, value: string) =>
    key.startsWith('url.') ? redactUrl(value, { keepQuery }) : redactText(value)
  const redactValue = (key: string, value: AttributeValue): AttributeValue | undefined => {
    const redacted =
      typeof value === 'string'
        ? redactString(key, value)
        : Array.isArray(value) && value.some((item) => typeof item === 'string')
          ? value.map((item) => (typeof item === 'string' ? redactString(key, item) : null)).filter(isString)
          : value
    if (!own) return redacted
    try {
      return own(key, redacted)
    } catch {
      // A redactor that fails must not let anything through.
      return undefined
    }
  }
  return {
    text: redactText,
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

function isString(value: unknown): value is string {
  return typeof value === 'string'
}
