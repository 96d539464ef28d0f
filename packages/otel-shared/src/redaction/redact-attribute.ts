import { MAX_KNOWN_KEYS } from '../limits.ts'
import { ATTR_URL_QUERY } from '../semconv.ts'
import { redactText } from './redact-text.ts'
import { type RedactionOptions, redactQuery, redactUrl } from './redact-url.ts'
import { SECRET_NAMES } from './secret-kinds.ts'

const REDACTED = 'REDACTED'
const ADDRESS_KEY = /(?:^|\.)(?:url|uri|href|referr?er|full|src)$|^url\./

// Does not match `session.id`, which in the semantic conventions identifies a visit and grants no access, counts
// (`input_tokens`), and keys of maps and queues (`messaging.kafka.message.key`).
// https://opentelemetry.io/docs/specs/semconv/general/session/
export const SECRET_KEY: RegExp = new RegExp(
  `passw(?:or)?[dt]|passphrase|secret|credential|(?:${SECRET_NAMES}|authorization|cookies?)$`,
  'i',
)

// Cache: whether a key is secret, for at most MAX_KNOWN_KEYS keys.
const knownKeys = new Map<string, boolean>()

/** Whether a key names a secret value: `db.password`, `http.request.header.cookie`. */
export function isSecretKey(key: string): boolean {
  let isSecret = knownKeys.get(key)
  if (isSecret === undefined) {
    isSecret = SECRET_KEY.test(key)
    if (knownKeys.size < MAX_KNOWN_KEYS) knownKeys.set(key, isSecret)
  }
  return isSecret
}

/**
 * Redacts the text of an attribute. If the key names a secret, the whole text is redacted. In an address, user info, query
 * values and fragment are redacted. In any other text, only secrets are. The caller passes each text of an array or object
 * separately.
 */
export function redactAttribute(key: string, value: string, options: RedactionOptions = {}): string {
  if (isSecretKey(key)) return REDACTED
  if (key === ATTR_URL_QUERY) return redactQuery(value, options)
  return ADDRESS_KEY.test(key) || /^https?:\/\//.test(value) ? redactUrl(value, options) : redactText(value)
}

/** Redacts the value of an attribute, or an item of a list. With a secret key, a number is redacted and a boolean is not. */
export function redactPrimitive(key: string, value: unknown, options?: RedactionOptions): unknown {
  if (typeof value === 'string') return redactAttribute(key, value, options)
  return typeof value === 'number' && isSecretKey(key) ? REDACTED : value
}
