import type { rareSecrets as allRareSecrets } from './rare-secrets.ts'

/**
 * Matches most tokens in paths: at least 16 characters with a digit after a segment such as `reset` or `invite`; at least 40
 * hex digits; at least 28 characters with a digit and a capital letter. It also matches some ids and words that
 * `redactPathTokens` does not redact.
 */
export const EARLY_PATH_TOKEN: RegExp =
  /((?:\b(?:reset|verif|confirm|activat|invit|magic|passw|unsub|recover|token|share|auth|sign|hook|login|download)[\w-]*|\b[irst])[/?](?=[\w-]*\d)(?=[\w-]{16})|\/(?=[\da-f]{40}|(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{28}))[\w-]+(?![\w.-])/g

/**
 * The search for rare secrets in `throughline-sdk.js`, the main script of the browser SDK, where it takes the place of
 * `rare-secrets.ts`. To keep that script small, it only searches for tokens in paths. `throughline-extras.js`, which is loaded
 * later, replaces it by the whole search.
 */
export const rareSecrets: typeof allRareSecrets = {
  redact: (text, redactCommon) => redactCommon(text).replace(EARLY_PATH_TOKEN, '$1REDACTED'),
}
