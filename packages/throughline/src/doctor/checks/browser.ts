import { ATTR_ACTION_TYPE } from '@throughline/otel-shared'
import { displayUrl } from '../../http/display-url.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { BrowserObservation, BrowserRequest, Target } from '../target/target.ts'
import { attributeOf, type TraceSpan } from '../trace/trace-span.ts'

/** How many requests a finding names. */
const MAX_NAMED = 3

/** The page in Chromium: the SDK runs, requests carry their context and belong to an action, exports arrive. */
export function checkBrowser({ browser, page, relay }: Target): Finding[] {
  if (!browser) return []
  const own = new Set([page.response.url, ...(page.snippet?.propagateTo ?? [])].map(({ origin }) => origin))
  return [
    ...checkSteps(browser),
    ...checkSdk(browser),
    ...checkExports(browser, relay.url),
    ...checkHeaders(browser, own),
    ...checkActions(browser),
  ]
}

function checkSteps({ failedSteps }: BrowserObservation): Finding[] {
  return failedSteps.map((seen) =>
    finding('browser-step-failed', {
      seen,
      fix: 'Check that the page loads in a browser, and that the selector of --click names one visible element.',
    }),
  )
}

function checkSdk(browser: BrowserObservation): Finding[] {
  const { blockedScripts, errors } = browser
  if (blockedScripts.length > 0) {
    return [
      finding('browser-script-blocked', {
        seen: blockedScripts.map(({ url, reason }) => `${displayUrl(url)}: ${reason}`).join('; '),
        fix: 'Remove the reason that Chromium names: csp is the content security policy of the page, mixed-content an http: address in a page of https:.',
      }),
    ]
  }
  if (errors.length > 0) {
    return [
      finding('browser-sdk-error', {
        seen: errors.join('; '),
        fix: 'Check that all scripts of the SDK have the same version. Report the error with the page that causes it.',
      }),
    ]
  }
  if (hasSdk(browser)) return []
  return [
    finding('browser-no-sdk', {
      seen: `requests of the page: ${browser.requests.length}, none with traceparent; no export`,
      fix: 'Check that startTracing() or the script tag is reached in this page, and that consent is given before the first --click.',
    }),
  ]
}

function hasSdk({ requests, exports, hasHandle }: BrowserObservation): boolean {
  return hasHandle || exports.length > 0 || requests.some(({ context }) => context)
}

function checkExports({ exports, requests }: BrowserObservation, endpoint: URL): Finding[] {
  const failures = exports.flatMap(({ failure }) => (failure === undefined ? [] : [failure]))
  if (failures.length > 0) {
    return [
      finding('browser-export-failed', {
        seen: `${failures.length} of ${exports.length} exports to ${displayUrl(endpoint)}: ${[...new Set(failures)].join(', ')}`,
        fix: 'Let the policy of the page connect to the endpoint, and check what changes the policy or the requests after the page was sent.',
      }),
    ]
  }
  const traced = requests.flatMap(({ context }) => (context ? [context] : []))
  if (traced.length === 0 || traced.some(({ traceFlags }) => traceFlags & 1)) return []
  return [
    finding('browser-not-sampled', {
      seen: `${traced.length} requests with an unsampled traceparent`,
      fix: 'The sampler of the page dropped this session. Run the doctor again, or with data-sample-ratio="1".',
    }),
  ]
}

function checkHeaders(browser: BrowserObservation, own: ReadonlySet<string>): Finding[] {
  if (!hasSdk(browser)) return []
  const untraced = browser.requests.filter(({ context, url }) => !context && own.has(url.origin))
  if (untraced.length === 0) return []
  return [
    finding('browser-untraced-request', {
      seen: nameRequests(untraced),
      fix: 'Put the script tag before all other scripts. Let code in workers and frames ask the page for its requests: the SDK traces the fetch and XMLHttpRequest of the page only.',
    }),
  ]
}

function checkActions({ requests, spans }: BrowserObservation): Finding[] {
  const lost = requests.filter(({ step, context }) => {
    const span = context && spans.find(({ spanId }) => spanId === context.spanId)
    return span && step !== 'load' && isAlone(span)
  })
  if (lost.length === 0) return []
  return [
    finding('browser-no-action', {
      seen: nameRequests(lost),
      fix: 'Start the request in the handler of the click or in what it awaits, not in a message of a worker or frame or in a queue that is emptied later. A poll is right as it is.',
    }),
  ]
}

/** A root span of a request. Links name the actions that may have caused it. */
function isAlone(span: TraceSpan): boolean {
  return span.parentSpanId === undefined && attributeOf(span, ATTR_ACTION_TYPE) === undefined
}

function nameRequests(requests: readonly BrowserRequest[]): string {
  const names = [
    ...new Set(requests.map(({ step, method, url }) => `${method} ${displayUrl(url)} (${step})`)),
  ]
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ''
  return `${names.slice(0, MAX_NAMED).join(', ')}${more}`
}
