import { redactPathTokens } from './path-tokens.ts'
import { RARE_SECRET_KINDS } from './rare-secret-kinds.ts'
import { redactKinds } from './secret-kind.ts'

/**
 * Redacts a text with `redactCommon`, and redacts tokens in paths and the rare kinds of secrets. Of the browser SDK's scripts,
 * `throughline-extras.js` contains this module, and `throughline-sdk.js` contains `early-secrets.ts` instead.
 */
export const rareSecrets: { redact: (text: string, redactCommon: (text: string) => string) => string } = {
  redact(text, redactCommon) {
    const search = (searched: string) =>
      redactKinds(redactPathTokens(redactCommon(searched)), RARE_SECRET_KINDS)
    const redacted = search(text)
    // Characters that are percent-encoded (once or repeatedly) or escaped as in JSON are decoded, and the result is searched
    // again. If it contains a secret, the decoded text is returned.
    const decoded = redacted.replace(ENCODED, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    if (decoded === redacted) return redacted
    const redactedDecoded = search(decoded)
    return redactedDecoded === decoded ? redacted : redactedDecoded
  },
}

/** An encoded ASCII character. The patterns for secrets need no other characters. */
const ENCODED = /(?:%(?:25)*|\\{1,4}u00)([2-7][\da-f])/gi
