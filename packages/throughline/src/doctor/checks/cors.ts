import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, listOf, type Response } from '../../http/request.ts'
import { TRACE_HEADERS } from '../observe/api.ts'
import { readTraceparents } from '../parse/server-timing.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { ApiObservation, Target } from '../target/target.ts'
import { checkTraceparents } from './edge.ts'

/** APIs on other origins: the page sends them trace headers, their CORS allows them, and they continue the trace. */
export function checkCors(target: Target): Finding[] {
  return target.apis.flatMap((api) => checkApi(api, target))
}

function checkApi(api: ApiObservation, { page }: Target): Finding[] {
  const { url, preflight } = api
  const { origin } = page.response.url
  const where = displayUrl(url)
  const findings: Finding[] = []
  if (page.snippet && !api.isListed) {
    findings.push(
      finding('cors-not-propagated', {
        seen: `${url.origin} is not in data-propagate-to`,
        fix: `Add ${url.origin} to data-propagate-to, after its CORS headers allow the trace headers.`,
      }),
    )
  }
  if (preflight instanceof RequestFailure) {
    const fix = 'Check the address, and that the server answers OPTIONS.'
    return [...findings, finding('cors-unreachable', { seen: `${where}: ${preflight.message}`, fix })]
  }
  return [...findings, ...checkPreflight(where, preflight, origin), ...checkTraced(api, origin)]
}

function checkPreflight(where: string, preflight: Response, origin: string): Finding[] {
  const { status } = preflight
  if (status < 200 || status > 299) {
    return [
      finding('cors-preflight-status', {
        seen: `${where}: OPTIONS answered ${status}`,
        fix: 'Answer OPTIONS with 204, before authentication and without a redirect.',
      }),
    ]
  }
  if (!allowsOrigin(preflight, origin)) return [wrongOrigin(`${where}: OPTIONS`, preflight, origin)]
  const malformed = malformedList(preflight)
  if (malformed !== undefined) {
    return [
      finding('cors-headers', {
        seen: `${where}: ${malformed}`,
        fix: 'Separate the names by commas. Until then the browser blocks each request with a preflight.',
      }),
    ]
  }
  const allowed = listOf(preflight, 'access-control-allow-headers').map((name) => name.toLowerCase())
  const missing = allowed.includes('*') ? [] : TRACE_HEADERS.filter((name) => !allowed.includes(name))
  if (missing.length === 0) return []
  return [
    finding('cors-headers', {
      seen: `${where}: access-control-allow-headers lacks ${missing.join(', ')}`,
      fix: `Add ${missing.join(', ')} to access-control-allow-headers. Until then the browser blocks requests with them.`,
      // The SDK sends baggage to the page's own origin only.
      ...(missing.join() === 'baggage' ? { severity: 'warning' as const } : {}),
    }),
  ]
}

function checkTraced({ url, traced, preflight }: ApiObservation, origin: string): Finding[] {
  const { response } = traced
  const where = displayUrl(url)
  if (response instanceof RequestFailure) {
    const fix = 'Check that the address answers GET requests with traceparent.'
    return [finding('cors-unreachable', { seen: `${where}: ${response.message}`, fix })]
  }
  const findings: Finding[] = []
  const preflightAllows = !(preflight instanceof RequestFailure) && allowsOrigin(preflight, origin)
  // An address from data-propagate-to is an origin, whose path may not exist.
  if (response.status < 400 && preflightAllows && !allowsOrigin(response, origin)) {
    findings.push(wrongOrigin(`${where}: GET`, response, origin))
  }
  const traceparents = readTraceparents(headerOf(response, 'server-timing'))
  if (traceparents.length === 0) return findings
  const timing = listOf(response, 'timing-allow-origin')
  if (!timing.includes('*') && !timing.includes(origin)) {
    findings.push(
      finding('cors-timing', {
        seen: `${where}: timing-allow-origin ${timing.join(', ') || 'is absent'}`,
        fix: `Send timing-allow-origin: ${origin} (timingAllowOrigin of tracing()), so that the page can read the route and the clock.`,
      }),
    )
  }
  return [...findings, ...checkTraceparents(traced, traceparents)]
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * A list of a preflight that is not one of names. The preflight then fails, also when it has the names that are needed.
 *
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function malformedList(preflight: Response): string | undefined {
  const names = ['access-control-allow-methods', 'access-control-allow-headers']
  const name = names.find((each) => listOf(preflight, each).some((item) => !TOKEN.test(item)))
  return name && `${name} ${JSON.stringify(headerOf(preflight, name))} is not a list of names`
}

/** Whether CORS lets a page of `origin` read a response. */
export function allowsOrigin(response: Response, origin: string): boolean {
  const allowed = headerOf(response, 'access-control-allow-origin')
  return allowed === '*' || allowed === origin
}

function wrongOrigin(where: string, response: Response, origin: string): Finding {
  const allowed = headerOf(response, 'access-control-allow-origin')
  return finding('cors-origin', {
    seen: `${where}: access-control-allow-origin ${allowed ?? 'is absent'}`,
    fix: `Send access-control-allow-origin: ${origin}, once, with OPTIONS and with every response.`,
  })
}
