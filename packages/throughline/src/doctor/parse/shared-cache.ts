import { headerOf, listOf, type Response } from '../../http/request.ts'

/** Headers that only shared caches read. */
const TARGETED = ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'surrogate-control']

/**
 * Whether the headers of a response allow a shared cache, such as a CDN, to reuse it without asking the server.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches
 * @see https://www.rfc-editor.org/rfc/rfc9213 for headers that only CDNs read
 */
export function mayBeShared(response: Pick<Response, 'headers'>): boolean {
  if (listOf(response, 'vary').includes('*')) return false
  if (TARGETED.some((name) => isAllowed(readDirectives(headerOf(response, name)), 0))) return true
  return isAllowed(readDirectives(headerOf(response, 'cache-control')), expirySeconds(response))
}

type Directives = ReadonlyMap<string, string>

function isAllowed(directives: Directives, expirySeconds: number): boolean {
  // With a list of fields, the directives forbid to store these fields only.
  const isForbidden = ['no-store', 'no-cache', 'private'].some((name) => directives.get(name) === '')
  if (isForbidden) return false
  const age = directives.get('s-maxage') ?? directives.get('max-age')
  if (age !== undefined) return Number(/^\d+/.exec(age)?.[0] ?? 0) > 0
  return expirySeconds > 0 || (directives.has('public') && expirySeconds === 0)
}

/** How long after `Date` the response expires; 0 without `Expires`, negative when it has expired or is malformed. */
function expirySeconds(response: Pick<Response, 'headers'>): number {
  const expires = headerOf(response, 'expires')
  if (expires === undefined) return 0
  const date = Date.parse(headerOf(response, 'date') ?? '')
  const seconds = (Date.parse(expires) - (Number.isNaN(date) ? Date.now() : date)) / 1_000
  return seconds > 0 ? seconds : -1
}

/** The directives by their names in lower case, of which the first of two counts. */
function readDirectives(header = ''): Directives {
  const directives = new Map<string, string>()
  for (const [, name = '', quoted, token = ''] of header.matchAll(
    /([^\s,="]+)(?:=(?:"([^"]*)"|([^\s,"]*)))?/g,
  )) {
    const key = name.toLowerCase()
    if (!directives.has(key)) directives.set(key, quoted ?? token)
  }
  return directives
}
