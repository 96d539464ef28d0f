const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
}
const HOST_SOURCE = /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:]+|\[[\d:a-f]+\])(?::(\d+|\*))?(\/[^?#]*)?$/i

/**
 * Whether a source of a content security policy matches an address.
 *
 * @see https://www.w3.org/TR/CSP3/#match-url-to-source-expression
 */
export function matchesSource(source: string, url: URL, page: URL): boolean {
  if (source === '*') return /^(?:https?|wss?):$/.test(url.protocol) || url.protocol === page.protocol
  if (source.toLowerCase() === "'self'") return url.origin === page.origin || isUpgrade(page, url)
  if (/^[a-z][a-z\d+.-]*:$/i.test(source)) return matchesScheme(source.toLowerCase(), url.protocol)
  const [, scheme, host = '', port, path] = HOST_SOURCE.exec(source) ?? []
  if (!host) return false
  const expected = scheme ? `${scheme.toLowerCase()}:` : page.protocol
  return (
    matchesScheme(expected, url.protocol) &&
    matchesHost(host.toLowerCase(), url.hostname) &&
    matchesPort(port, url) &&
    matchesPath(path, url.pathname)
  )
}

/** A page of `http:` allows its own host by `https:`, with the default ports. */
function isUpgrade(page: URL, url: URL): boolean {
  return (
    page.hostname === url.hostname &&
    page.protocol === 'http:' &&
    url.protocol === 'https:' &&
    !page.port &&
    !url.port
  )
}

function matchesScheme(expected: string, actual: string): boolean {
  return expected === actual || (expected === 'http:' && actual === 'https:')
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}

function matchesPort(pattern: string | undefined, { port, protocol }: URL): boolean {
  const actual = port || DEFAULT_PORTS[protocol]
  if (pattern === undefined) return actual === DEFAULT_PORTS[protocol]
  return pattern === '*' || pattern === actual || (pattern === '80' && actual === '443')
}

function matchesPath(pattern: string | undefined, path: string): boolean {
  if (!pattern || pattern === '/') return true
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
}
