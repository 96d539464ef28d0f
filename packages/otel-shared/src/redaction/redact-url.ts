import { redactText } from './redact-text.ts'

/** Options of `redactUrl` and `redactQuery`. */
export interface RedactionOptions {
  /** Names of query parameters whose values are kept. Secrets in these values are redacted. Default: none. */
  readonly keepQuery?: readonly string[]
}

/**
 * Redacts user info, query values and tokens in the path of an absolute or relative address. Removes its fragment, and the data
 * of a `data:` address. Names of query parameters are kept, since they describe the request and not the person; only secrets
 * in them are redacted.
 */
export function redactUrl(url: string, options: RedactionOptions = {}): string {
  // Cuts at the fragment, and at the first `,` or `;` of a `data:` address.
  const withoutFragment = url.split(/#|[,;](?<=^data:[^,;]*[,;])/i, 1)[0] ?? ''
  const queryStart = withoutFragment.indexOf('?')
  if (queryStart < 0) return redactText(withoutFragment)
  const query = redactQuery(withoutFragment.slice(queryStart + 1), options)
  return `${redactText(withoutFragment.slice(0, queryStart))}?${query}`
}

/** Redacts the values of a query string (without its `?`). */
export function redactQuery(query: string, { keepQuery = [] }: RedactionOptions = {}): string {
  return query
    .split('&')
    .map((pair) => {
      const separator = pair.indexOf('=')
      // A parameter without a value may itself be the secret (`?eyJhbGciOi…`): a long one with a digit is redacted.
      if (separator < 0) return pair.length > 20 && /\d/.test(pair) ? 'REDACTED' : redactText(pair)
      const name = pair.slice(0, separator)
      return keepQuery.includes(name)
        ? `${name}=${redactText(pair.slice(separator + 1))}`
        : `${redactText(name)}=REDACTED`
    })
    .join('&')
}
