import type { SecretKind } from './secret-kind.ts'

const REDACTED = 'REDACTED'

/** `redis://:pw@`, `https://token@`. The password can contain a `/`, unless it starts like a port and a path. */
export const USER_INFO: SecretKind = [
  /(\/\\*\/)(?:[^\s/?#"'<>\\]+|[^\s/?#@"'<>[:]{0,99}:(?!\d{1,5}[/?#])[^\s@"'<>]{0,99})@/g,
  `$1${REDACTED}:${REDACTED}@`,
]

/** The domain does not start with a short number: `icon@2x.png` and `vue@3.4.1` are files and packages. */
export const EMAIL: SecretKind = [
  /(?<![\p{L}\w.+%-])(?!REDACTED@)[\p{L}\w.+%-]+(?:@|%(?:25)*40)(?:[\p{L}_]|\d[\p{L}\w-]{2})[\p{L}\w-]*(?:\.[\p{L}\w-]+)*\.\p{L}{2,}/gu,
  REDACTED,
]

/** JSON web tokens, and any other JSON in base64. */
export const JSON_WEB_TOKEN: SecretKind = [/\beyJ[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED]

export const HEADER: SecretKind = [named('cookie|authorization', '.+'), `$1$2${REDACTED}`]

/** Excludes text after a name that is not a secret value: words of messages, names of types, function calls, placeholders. */
export const NO_VALUE =
  '(?!=|\\d+:\\d|\\$?\\{|\\$\\d|(?:[?*]+|[:%][a-z]+)(?![^\\s,;)])|\\[?REDACTED|[\\w.]{1,50}\\(["\')]|(?:in|is|was|of|must|not|too|null|true|false|undefined|none|yes|no|missing|invalid|expired|required|string|token|auth\\w*|scheme|header|realm|error|await|new|process\\.env)(?![\\w-]))'

/** Matches the names of secrets, in texts and at the end of attribute keys. */
export const SECRET_NAMES =
  'token|passw(?:or)?[dt]\\w{0,14}|pass(?:phrase|code)|[_.]pass|\\bpass(?=[=\\\\"\'])|\\bpw|pwd|secrets?|credentials?|jwt|bearer|[cx]srf|otp|\\bpin|\\bssn|cv[vc]|hmac|signature|\\bsig|sess(?:ion)?[_-]?id\\w{0,8}|[_.]session|\\bsid|[;&?]auth|(?:api|app|auth|access|account|private|secret|sign(?:ing)?|encryption|master|storage|subscription|admin|algolia)[ _.-]?key(?:_id|_base)?|(?:auth|authorization|mfa|access|verification|security|backup|otp)[ _-]?codes?|code_verifier'

export const NAMED: SecretKind = [
  named(SECRET_NAMES, `${NO_VALUE}(?:\\[[^\\]]*|[^\\s"'&,;}<]+)`),
  `$1$2${REDACTED}`,
]

/** Query values of an address within a text. The line and column that follow it in a stack trace are kept. */
export const QUERY_VALUE: SecretKind = [/([?&][^\s=&?]+=)[^\s&"]+?(?=:\d+:\d+|[\s&"]|$)/g, `$1${REDACTED}`]

/** The common kinds that can occur in a text without the characters of `SIGN` in `redact-text.ts`. */
export const KINDS_WITHOUT_SIGN: readonly SecretKind[] = [JSON_WEB_TOKEN]

/** The common kinds, in the order in which a text is searched. */
export const SECRET_KINDS: readonly SecretKind[] = [
  USER_INFO,
  EMAIL,
  HEADER,
  NAMED,
  QUERY_VALUE,
  ...KINDS_WITHOUT_SIGN,
]

/**
 * Matches `name=value`, `name => value`, `"name": "value"` and `<name>value`, escaped or not. A quoted value ends with the same
 * quote.
 */
function named(names: string, bare: string): RegExp {
  return new RegExp(
    `((?:${names})[\\\\"'\\]]*(?:[\\t ]*(?:[=:]{1,3}>?|->)|>)[\\t ]*)(?:(\\\\*["'])(?:[^\\\\"']+|(?!\\2)\\\\*[^])+|${bare})`,
    'gi',
  )
}
