import { type RedactionOptions, redactText, redactUrl } from './redaction.ts'

const ADDRESS_KEY = /(?:^|\.)(?:url|uri|href|referrer|referer|full|src)$|^url\./

// `session.id` is the conventions' own name for what tells visits apart and opens nothing, so it stays; and so do counts
// (`input_tokens`) and keys of maps and queues (`messaging.kafka.message.key`).
const SECRET_KEY =
  /passw(?:or)?d|passphrase|secret|credential|(?:token|pwd|jwt|signature|authorization|cookies?|sess(?:ion)?[_-]?id|\bsid|(?:api|auth|access|private|signing|encryption)[_.-]?key)$/i

/** Whether what stands under this name is secret, whatever it looks like: `db.password`, `http.request.header.cookie`. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

/**
 * Redacts the text of an attribute by its name: all of a secret, the user info, query values and fragment of an address,
 * and what looks private in any other text. Arrays and objects are the caller's: each of their texts by itself.
 */
export function redactAttribute(key: string, value: string, options: RedactionOptions = {}): string {
  if (isSecretKey(key)) return 'REDACTED'
  return ADDRESS_KEY.test(key) || /^https?:\/\//.test(value) ? redactUrl(value, options) : redactText(value)
}
