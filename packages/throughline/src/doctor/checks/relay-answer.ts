import { redactText, truncate } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, isRedirect, listOf, mediaTypeOf, type Response } from '../../http/request.ts'
import type { FindingId } from '../target/catalogue.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { RelayObservation, Target } from '../target/target.ts'
import { allowsOrigin, malformedList } from './cors.ts'

/** The endpoint accepts an empty export from the page. */
export function checkRelayAnswer({ relay, page }: Target): Finding[] {
  const { url, empty } = relay
  const where = displayUrl(url)
  if (empty instanceof RequestFailure) {
    const fix = 'Correct data-endpoint in the script tag, or pass the address of the endpoint by --endpoint.'
    return [finding('relay-unreachable', { seen: `${where}: ${empty.message}`, fix })]
  }
  const refused = isRefused(empty) ? [refusal(where, empty)] : checkBody(where, empty)
  return refused.length > 0 ? refused : checkCors(where, relay, page.response.url.origin)
}

/** What each status of a refusal means. */
const REFUSALS: Readonly<Record<number, readonly [FindingId, string]>> = {
  401: [
    'relay-forbidden',
    'Let pages post without credentials: put the relay between them and the collector.',
  ],
  403: [
    'relay-forbidden',
    'Add the origin of the page to origins of otlpRelay() (ALLOWED_ORIGINS of the gateway).',
  ],
  404: [
    'relay-not-found',
    "Register app.post('/v1/traces', otlpRelay()), or forward the path to a collector. Pass --endpoint if spans are posted to another address.",
  ],
  405: ['relay-not-found', 'Let the path accept POST: a server of files answers there.'],
  410: [
    'relay-consent',
    'The SDK sends nothing for an hour after 410. Answer 410 only to users who have withdrawn consent.',
  ],
  415: ['relay-content-type', 'Let the endpoint accept application/json, or put the relay in front of it.'],
  451: [
    'relay-consent',
    'Let the endpoint accept spans, and require consent in the page: data-consent="required".',
  ],
}

function refusal(where: string, response: Response): Finding {
  const { status } = response
  if (isRedirect(response)) {
    const location = headerOf(response, 'location')
    const seen = `${where}: status ${status}${location === undefined ? '' : `, location ${displayUrl(location)}`}`
    return finding('relay-redirect', {
      seen,
      fix: 'Set data-endpoint to the target: the SDK does not follow redirects.',
    })
  }
  const [id, fix] = REFUSALS[status] ?? [
    'relay-failed',
    'Look for the cause in the log of the collector; `wrangler tail` shows warnings of the relay.',
  ]
  return finding(id, { seen: `${where}: status ${status}${excerpt(response)}`, fix })
}

function checkBody(where: string, response: Response): Finding[] {
  const type = mediaTypeOf(response)
  if (/^\s*</.test(response.body)) {
    return [
      finding('relay-html', {
        seen: `${where}: status ${response.status}, ${type || 'no content-type'}`,
        fix: 'The site answers with its fallback page. Exclude the path from the fallback, and let the relay or a collector answer it.',
      }),
    ]
  }
  if (type === 'application/json' || response.body === '') return []
  const seen = `${where}: content-type ${type || '(none)'}${excerpt(response)}`
  const fix =
    'Check that an OTLP/HTTP receiver answers there: it responds to JSON with content-type application/json.'
  return [finding('relay-response-type', { seen, fix })]
}

function checkCors(where: string, { preflight, empty }: RelayObservation, origin: string): Finding[] {
  if (preflight === undefined || empty instanceof RequestFailure) return []
  const problem =
    preflightProblem(preflight, origin) ??
    (allowsOrigin(empty, origin) ? undefined : `POST: ${describeOrigin(empty)}`)
  if (problem === undefined) return []
  return [
    finding('relay-cors', {
      seen: `${where}: ${problem}`,
      fix: `Allow ${origin} and the header content-type at the endpoint, or post to the page's own origin and relay from there.`,
    }),
  ]
}

function preflightProblem(preflight: Response | RequestFailure, origin: string): string | undefined {
  if (preflight instanceof RequestFailure) return preflight.message
  if (isRefused(preflight)) return `OPTIONS answered ${preflight.status}`
  if (!allowsOrigin(preflight, origin)) {
    return `OPTIONS: ${describeOrigin(preflight)}`
  }
  const malformed = malformedList(preflight)
  if (malformed !== undefined) return `OPTIONS: ${malformed}`
  const allowed = listOf(preflight, 'access-control-allow-headers').map((name) => name.toLowerCase())
  return allowed.includes('*') || allowed.includes('content-type')
    ? undefined
    : 'OPTIONS: access-control-allow-headers lacks content-type'
}

function describeOrigin(response: Response): string {
  return `access-control-allow-origin ${headerOf(response, 'access-control-allow-origin') ?? 'is absent'}`
}

/** Whether the status is not 2xx. */
export function isRefused({ status }: Response): boolean {
  return status < 200 || status > 299
}

/** The start of a body, for the report. */
export function excerpt({ body }: Response): string {
  const text = redactText(body.slice(0, 1_000)).replace(/\s+/g, ' ').trim()
  return text === '' ? '' : `: ${truncate(text, 120)}`
}
