import { parsePolicies } from '../src/doctor/parse/content-security-policy.ts'
import { readTags } from '../src/doctor/parse/html.ts'
import { findSnippet } from '../src/doctor/parse/snippet.ts'
import type { DoctorOptions } from '../src/doctor/target/options.ts'
import type { Target } from '../src/doctor/target/target.ts'
import type { TraceSpan } from '../src/doctor/trace/trace-span.ts'
import type { Response } from '../src/http/request.ts'
import { html } from './site.ts'

export const PAGE_URL = new URL('https://www.example.com/')
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const SPAN_ID = 'b7ad6b7169203331'
/** `Server-Timing` of an edge that continues the trace. */
export const CONTINUED = `traceparent;desc="00-${TRACE_ID}-00f067aa0ba902b7-01"`
/** When the requests were sent. */
export const SENT_MILLIS = Date.UTC(2026, 10, 1)

type Headers = Readonly<Record<string, string | readonly string[]>>

/** A response that was received at once. Several values of a header are several lines. */
export function response(headers: Headers = {}, fields: Partial<Omit<Response, 'headers'>> = {}): Response {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  )
  return {
    url: PAGE_URL,
    status: 200,
    body: '',
    sentMillis: SENT_MILLIS,
    receivedMillis: SENT_MILLIS,
    ...fields,
    headers: lines,
  }
}

const SCRIPT_HEADERS = { 'content-type': 'text/javascript' }
const JSON_HEADERS = { 'content-type': 'application/json' }
export const ACCEPTED_EXPORT: Response = response(JSON_HEADERS, { body: '{}' })

const OPTIONS: DoctorOptions = {
  url: PAGE_URL,
  apis: [],
  expected: [],
  isDeep: false,
  logs: [],
  isBundled: false,
  timeoutMillis: 3_000,
  waitMillis: 15_000,
}

interface ObservedPage {
  /** Default: the script tag of the SDK. */
  readonly head?: string
  readonly headers?: Headers
  readonly status?: number
  readonly url?: URL
  readonly policy?: string
}

/** The observation of a page. */
function observedPage({ head, headers = {}, status = 200, url = PAGE_URL, policy }: ObservedPage = {}) {
  const body = html(head)
  const tags = readTags(body)
  return {
    response: response({ 'content-type': 'text/html', ...headers }, { body, status, url }),
    tags,
    policies: parsePolicies(policy === undefined ? [] : [policy]),
    snippet: findSnippet(tags, url),
  }
}

export interface TargetChanges extends Partial<Omit<Target, 'options' | 'page'>> {
  readonly page?: ObservedPage
  readonly options?: Partial<DoctorOptions>
}

/** What is observed of a healthy chain, with changes. */
export function target({ page = {}, options = {}, ...changes }: TargetChanges = {}): Target {
  const observed = observedPage(page)
  const script = (role: 'loader' | 'SDK' | 'extras', url: URL | undefined) =>
    url ? [{ role, url, response: response(SCRIPT_HEADERS, { url, body: 'void 0' }) }] : []
  return {
    options: { ...OPTIONS, ...options },
    page: observed,
    again: observed.response,
    scripts: [
      ...script('loader', observed.snippet?.src),
      ...script('SDK', observed.snippet?.sdk),
      ...script('extras', observed.snippet?.extras),
    ],
    traced: {
      url: PAGE_URL,
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      response: response({ 'server-timing': CONTINUED }),
    },
    apis: [],
    repeated: [],
    relay: {
      url: new URL('/v1/traces', PAGE_URL),
      preflight: undefined,
      empty: ACCEPTED_EXPORT,
      more: { spans: ACCEPTED_EXPORT, large: ACCEPTED_EXPORT, compressed: ACCEPTED_EXPORT },
    },
    browser: undefined,
    trace: undefined,
    logs: [],
    ...changes,
  }
}

/** A span of 100 ms, whose parent is the request of the doctor. */
export function span(fields: Partial<TraceSpan> = {}): TraceSpan {
  return {
    spanId: '00f067aa0ba902b7',
    parentSpanId: SPAN_ID,
    name: 'GET /',
    kind: 'SERVER',
    startMillis: 1_000,
    endMillis: 1_100,
    service: 'gateway',
    scope: '',
    attributes: [],
    resource: [],
    flags: undefined,
    ...fields,
  }
}

/** A target with a trace in the backend. */
export function withTrace(
  spans: readonly TraceSpan[],
  { copies = [], ...changes }: TargetChanges & { readonly copies?: readonly TraceSpan[] } = {},
): Target {
  const url = new URL('http://localhost:16686/')
  return target({ ...changes, trace: { url, problem: undefined, traceId: TRACE_ID, spans, copies } })
}

/** Id and value of each finding. */
export function found(
  findings: readonly { readonly id: string; readonly seen: string }[],
): [string, string][] {
  return findings.map(({ id, seen }) => [id, seen])
}

/** The ids of findings. */
export function ids(findings: readonly { readonly id: string }[]): string[] {
  return findings.map(({ id }) => id)
}
