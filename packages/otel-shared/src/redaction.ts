const REDACTED = 'REDACTED'

// Each pattern is anchored on something rare, so that ordinary text costs one failed scan a pattern.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, `$1${REDACTED}:${REDACTED}@`], // user info of an address
  [/(?<![\w.+-])(?!REDACTED@)[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi, REDACTED], // e-mail addresses
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, REDACTED], // JSON web tokens
  [/\b(bearer|basic|token)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [
    /\b((?:api[_-]?|access[_-]?|client[_-]?)?(?:key|token|secret|passw(?:or)?d|pwd|signature|session(?:id)?))(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi,
    `$1$2${REDACTED}`,
  ],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|AKIA|ASIA)[_-]?[A-Za-z0-9_-]{16,}/g, REDACTED],
  [/\b\d(?:[ -]?\d){12,18}\b/g, REDACTED], // card numbers
]

/** What may stay readable in a query string; every other value is redacted. */
export interface RedactionOptions {
  /** Names of query parameters whose values are kept. Default: none. */
  readonly keepQuery?: readonly string[]
}

/** Takes e-mail addresses, tokens, passwords, user info and card numbers out of free text. */
export function redactText(text: string): string {
  let redacted = text
  for (const [pattern, replacement] of SECRETS) redacted = redacted.replace(pattern, replacement)
  return redacted
}

/**
 * Takes user info, query values and fragments out of an absolute or relative address. Names of query parameters
 * stay, since they tell what was asked without telling whom about.
 */
export function redactUrl(url: string, options: RedactionOptions = {}): string {
  const withoutFragment = url.split('#', 1)[0] ?? ''
  const queryStart = withoutFragment.indexOf('?')
  const address = queryStart < 0 ? withoutFragment : withoutFragment.slice(0, queryStart)
  const [, prefix = '', userInfo = '', host = '', path = ''] =
    /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?((?<=\/\/)[^/]*@)?((?<=\/\/|@)[^/]*)?(.*)$/is.exec(address) ?? []
  const redactedAddress = `${prefix}${userInfo && `${REDACTED}:${REDACTED}@`}${host}${redactPath(path)}`
  if (queryStart < 0) return redactedAddress
  return `${redactedAddress}?${redactQuery(withoutFragment.slice(queryStart + 1), options)}`
}

/** Redacts the values of a query string (without its `?`). */
export function redactQuery(query: string, { keepQuery = [] }: RedactionOptions = {}): string {
  return query
    .split('&')
    .map((pair) => {
      const separator = pair.indexOf('=')
      // A parameter without a value may itself be the secret (`?eyJhbGciOi…`).
      if (separator < 0) return redactText(pair)
      const name = pair.slice(0, separator)
      return keepQuery.includes(name)
        ? `${name}=${redactText(pair.slice(separator + 1))}`
        : `${redactText(name)}=${REDACTED}`
    })
    .join('&')
}

// What every secret has something of; most paths have nothing of it and are spared the patterns.
const SUSPICIOUS = /[@=:]|%40|eyJ|\d{4}|[\w-]{18}/

/** Redacts secrets that stand in a path, as password reset links and some APIs have them. */
export function redactPath(path: string): string {
  return SUSPICIOUS.test(path) ? redactText(path) : path
}

/** Replaces the literals of an SQL statement by `?`, so that a statement never carries what it was called with. */
export function redactSql(sql: string): string {
  return sql
    .replace(SQL_TOKEN, (_, comment?: string, identifier?: string) =>
      identifier !== undefined ? identifier : comment !== undefined ? ' ' : '?',
    )
    .replace(/\s+/g, ' ')
    .trim()
}

// One pass, so that a comment's dashes inside of a string, or digits inside of a quoted name, are what they are.
const SQL_TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|[xX]?'(?:[^']|'')*'|(?<![\w$@:?])-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b/g
