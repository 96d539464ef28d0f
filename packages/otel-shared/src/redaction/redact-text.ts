import { MAX_SEARCHED_LENGTH } from '../limits.ts'
import { rareSecrets } from './rare-secrets.ts'
import { redactKinds } from './secret-kind.ts'
import { KINDS_WITHOUT_SIGN, SECRET_KINDS } from './secret-kinds.ts'

// Matches every text that contains a secret. Most names and paths do not match, so the other patterns are skipped for them.
const SUSPICIOUS =
  /[@=%]|\+\d|\d{4} \d|\d{13}|\d-\d|\d[a-z]|[a-z]\d\d|\b[\w-]{18}|eyJ|pass|pwd|token|secret|cred|jwt|otp|cv[vc]|\bs(?:ig|id)|sess|key|cookie|auth|bearer|\bpin|code|ssn|srf|hmac|identified|\bpw|\s-?-u/i

/** Characters that most common kinds of secrets contain and most paths do not. Without them, these kinds are skipped. */
const SIGN = /[@%=:>]/

/**
 * Redacts the secrets in any text: a name, a message, a stack trace, a path, or a text that contains addresses.
 *
 * @throws a `TypeError` for a value that is not a string.
 */
export function redactText(text: string): string {
  const cut = text.slice(0, MAX_SEARCHED_LENGTH)
  return SUSPICIOUS.test(cut) ? rareSecrets.redact(cut, redactCommon) : cut
}

function redactCommon(text: string): string {
  return redactKinds(text, SIGN.test(text) ? SECRET_KINDS : KINDS_WITHOUT_SIGN)
}
