const REDACTED = 'REDACTED'

// Each pattern is anchored on something rare, so that ordinary text costs one failed scan a pattern; and none looks twice
// at what another start has looked at, so that a hostile text costs no more.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, `$1${REDACTED}:${REDACTED}@`], // user info of an address
  [/(?<![\w.+-])(?!REDACTED@)[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi, REDACTED], // e-mail addresses
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, REDACTED], // JSON web tokens
  [named('cookie|authorization', '.+'), `$1$2${REDACTED}`],
  [/\b(bearer\s+(?!token|auth)|(?:basic|token)\s+(?=[\w.~+/=-]{8}))[\w.~+/=-]+/gi, `$1${REDACTED}`],
  [
    named(
      'token|secret|passw(?:or)?d|passphrase|pwd|credential|signature|sess(?:ion)?(?:_?id)?|\\bsid|(?:\\b|_|api|access|private)key',
      '[^\\s"\'&,;}]+',
    ),
    `$1$2${REDACTED}`,
  ],
  // Query values of an address in the middle of a text, up to the line and column that a stack has after it.
  [/([?&][^\s=&?]+=)[^\s&"]+?(?=:\d+:\d+|[\s&"]|$)/g, `$1${REDACTED}`],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|AKIA|ASIA)[_-]?[A-Za-z0-9_-]{16,}/g, REDACTED],
  [/\b\d(?:[ -]?\d){12,18}\b/g, REDACTED], // card numbers
]

/** `name=value` or `"name": "value"`, escaped or not: what is quoted ends with its own quote, else `bare` says where. */
function named(names: string, bare: string): RegExp {
  return new RegExp(
    `((?:${names})[\\\\"'\\]]*[\\t ]*[=:][\\t ]*)(?:(\\\\*["'])(?:[^\\\\"']+|(?!\\2)\\\\*[^])*|${bare})`,
    'gi',
  )
}

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
 * Takes user info, query values, fragments and the data of `data:` out of an absolute or relative address. Names of query parameters
 * stay, since they tell what was asked without telling whom about.
 */
export function redactUrl(url: string, options: RedactionOptions = {}): string {
  const withoutFragment = url.split(/#|(?<=^data:[^,;]*)[,;]/i, 1)[0] ?? ''
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
      if (separator < 0) return redactPath(pair)
      const name = pair.slice(0, separator)
      return keepQuery.includes(name)
        ? `${name}=${redactText(pair.slice(separator + 1))}`
        : `${redactPath(name)}=${REDACTED}`
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

// One pass, so that a comment's dashes inside of a string, or digits inside of a quoted name, are what they are. What is
// not closed reaches to the end: it may be secret, and is not looked through again from every start in it.
const SQL_TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|("[^"]*(?:""[^"]*)*"|`[^`]*`|\[[^[\]]*\])|[xX]?'[^']*(?:''[^']*)*(?:'|$)|(?<![\w$@:?])-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b/g
