const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
}
const HOST_SOURCE = /^(?:([a-z][a-z\d+.-]*):\/\/)?([^/:]+)(?::(\d+|\*))?(\/[^?#]*)?$/i

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
    matchesPort(port, expected, url) &&
    matchesPath(path, url.pathname)
  )
}

/** A page of `http:` allows its own host by `https:`, with the same port or with the default ports. */
function isUpgrade(page: URL, url: URL): boolean {
  return (
    page.hostname === url.hostname &&
    page.protocol === 'http:' &&
    url.protocol === 'https:' &&
    page.port === url.port
  )
}

function matchesScheme(expected: string, actual: string): boolean {
  return expected === actual || (expected === 'http:' && actual === 'https:')
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}

/** A source of `http:` with port 80 allows `https:` with port 443. */
function matchesPort(pattern: string | undefined, scheme: string, { port, protocol }: URL): boolean {
  const actual = Number(port || DEFAULT_PORTS[protocol])
  if (pattern === undefined) return actual === Number(DEFAULT_PORTS[protocol])
  const isUpgrade = scheme === 'http:' && protocol === 'https:' && Number(pattern) === 80 && actual === 443
  return pattern === '*' || Number(pattern) === actual || isUpgrade
}

function matchesPath(pattern: string | undefined, path: string): boolean {
  if (!pattern || pattern === '/') return true
  const [expected, actual] = [segmentsOf(pattern), segmentsOf(path)]
  const isFolder = expected.at(-1) === ''
  if (isFolder ? actual.length < expected.length : actual.length !== expected.length) return false
  return expected.slice(0, isFolder ? -1 : undefined).every((segment, index) => segment === actual[index])
}

function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .map((segment) =>
      segment.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
}
