import type { IncomingMessage } from 'node:http'

/** The target of a request. */
export interface RequestTarget {
  /** The host of an absolute request target, otherwise the `Host` header. `undefined` if there is neither. */
  readonly host: string | undefined
  readonly path: string
  /** The query with its `?`, or an empty string. */
  readonly search: string
}

/**
 * Reads the target of a request in origin form or absolute form. The host of the absolute form replaces the `Host`
 * header. `undefined` when the target cannot be parsed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function readTarget({ url = '/', headers }: IncomingMessage): RequestTarget | undefined {
  const isAbsolute = /^https?:\/\//i.test(url)
  // The path is appended to an origin: a path that starts with two slashes would otherwise be parsed as a host.
  const parsed = URL.parse(isAbsolute ? url : `http://localhost${url.startsWith('/') ? url : '/'}`)
  if (!parsed) return undefined
  return { host: isAbsolute ? parsed.host : headers.host, path: parsed.pathname, search: parsed.search }
}

/**
 * A request with several `Host` headers is answered with 400: Node reads the first one, a proxy may have read the last.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export const MANY_HOSTS = 'the request has more than one Host header'

export function hasManyHosts({ headersDistinct }: IncomingMessage): boolean {
  return (headersDistinct.host?.length ?? 0) > 1
}
