import { isIP } from 'node:net'

const HOST = /^(\[[0-9a-f:.]+\]|[^\s:@/\\[\]]+)(?::[0-9]{0,5})?$/i
const WILDCARDS = ['0.0.0.0', '::']

/**
 * Creates the check of a request's `Host` header, which prevents DNS rebinding: a page whose host name resolves to this
 * machine could otherwise read every trace as same-origin content.
 *
 * Accepted are `localhost` and its subdomains, the loopback addresses, the address listened on, and `allowedHosts`. A
 * collector that listens on all addresses accepts every IP address, since only names can be rebound.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.2
 */
export function createHostCheck(
  listenHost: string,
  allowedHosts: readonly string[],
): (header: string | undefined) => boolean {
  const listensOnAll = WILDCARDS.includes(listenHost)
  const named = new Set(
    ['localhost', '127.0.0.1', '::1', listenHost, ...allowedHosts].map((host) => normalize(host)),
  )
  return (header) => {
    const name = HOST.exec(header ?? '')?.[1]
    if (name === undefined) return false
    const host = normalize(name)
    return named.has(host) || host.endsWith('.localhost') || (listensOnAll && isIP(host) !== 0)
  }
}

/** The message of the 421 response to a request with another `Host`. */
export function misdirected(header: string | undefined): string {
  const host = (header ?? '').slice(0, 255)
  return `the Host header "${host}" is not an address of this collector: set ALLOWED_HOSTS to the names it is reached by`
}

function normalize(host: string): string {
  const bare = host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  // Normalises an IPv6 address, which has several spellings.
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname.slice(1, -1) : bare
}
