/** Describes the addresses that `parseHttpUrl` accepts, for warnings. */
export const HTTP_URL = 'an http:// or https:// address without user name and password'

/**
 * Parses an absolute HTTP(S) address. Returns `undefined` for an address with a user name or password, since `fetch` throws
 * for it.
 *
 * @see https://fetch.spec.whatwg.org/#dom-request
 */
export function parseHttpUrl(text: string): URL | undefined {
  const url = /^https?:\/\//i.test(text) && URL.parse(text)
  return url && !url.username && !url.password ? url : undefined
}
