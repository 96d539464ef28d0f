import { generateSpanId, generateTraceId } from '@throughline/otel-shared'
import { displayUrl } from '../http/display-url.ts'
import { observeBrowser } from './browser/observe-browser.ts'
import { CHECKS } from './checks/all-checks.ts'
import { apisOf, observeApis } from './observe/api.ts'
import { observeTrace } from './observe/backend.ts'
import { doctorExport } from './observe/doctor-spans.ts'
import { observeLogs } from './observe/logs.ts'
import { observePage, observePageAgain, observeScripts } from './observe/page.ts'
import { observeExports, observeRelay } from './observe/relay.ts'
import { sendRepeated, sendTraced } from './observe/traced-request.ts'
import type { Finding } from './target/finding.ts'
import type { DoctorOptions } from './target/options.ts'
import { sentRequests, type Target } from './target/target.ts'

/** The result of a run. */
export interface Diagnosis {
  readonly target: Target
  /** In the order of the chain. */
  readonly findings: readonly Finding[]
}

/**
 * Observes the chain, then checks it.
 *
 * @param onProgress called with a line of text before each step.
 * @throws {RequestFailure} when the page cannot be reached.
 * @throws {MissingBrowser} when there is no browser to open the page in.
 */
export async function runDoctor(
  options: DoctorOptions,
  onProgress: (line: string) => void,
): Promise<Diagnosis> {
  const target = await observe(options, onProgress)
  return { target, findings: CHECKS.flatMap((check) => check(target)) }
}

/** Requests that do not depend on each other are sent at once, so that three time-outs are the longest run without a backend. */
async function observe(options: DoctorOptions, onProgress: (line: string) => void): Promise<Target> {
  onProgress(`page ${displayUrl(options.url)}`)
  const page = await observePage(options)
  const { url } = page.response
  const root = { traceId: generateTraceId(), spanId: generateSpanId(), startMillis: Date.now() }
  onProgress('scripts, edge, APIs, endpoint of the spans')
  const request = { url: options.request ?? url, page: url, traceId: root.traceId }
  const [again, scripts, traced, apis, relay, repeated] = await Promise.all([
    observePageAgain(url, options),
    observeScripts(page.snippet, url, options),
    sendTraced(request, options),
    observeApis(page, options, root.traceId),
    observeRelay(page, options),
    options.isDeep ? sendRepeated(request, apisOf(page, options), options) : [],
  ])
  onProgress('exports')
  const requests = sentRequests({ traced, apis, repeated })
  const spans = doctorExport({ ...root, endMillis: Date.now() }, requests)
  const exported = await observeExports(relay, url, spans, options)
  const browser = options.browser && (await observeBrowser(relay.url, options, onProgress))
  if (options.backend) onProgress(`trace ${root.traceId}, for up to ${options.waitMillis / 1_000} s`)
  const trace =
    options.backend && (await observeTrace(options.backend, { traceId: root.traceId, requests }, options))
  if (options.logs.length > 0) onProgress(`logs of trace ${root.traceId}`)
  const logs = await observeLogs(root.traceId, options)
  return { options, page, again, scripts, traced, apis, repeated, relay: exported, browser, trace, logs }
}
