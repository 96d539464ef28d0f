import { parseTraceparent } from '@throughline/otel-shared'
import type { BrowserContext, Request } from 'playwright'
import type { BlockedScript, BrowserExport, BrowserRequest } from '../target/target.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { readExport } from './page-export.ts'

/** A script of the SDK, by its usual name, in an address or in a stack. */
const SDK_SCRIPT = /\/throughline[\w.-]*\.js\b/

/** Records the requests of a browser, by the step in which they begin, and the exports. */
export class Recording {
  readonly requests: BrowserRequest[] = []
  readonly exports: BrowserExport[] = []
  readonly spans: TraceSpan[] = []
  readonly blockedScripts: BlockedScript[] = []
  readonly errors: string[] = []
  /** Requests are recorded during a step only. */
  step: string | undefined
  readonly #endpoint: URL
  readonly #reading: Promise<void>[] = []

  constructor(context: BrowserContext, endpoint: URL) {
    this.#endpoint = endpoint
    context.on('request', (request) => this.#onRequest(request))
    context.on('response', (response) => {
      if (!this.#isExport(response.request())) return
      this.#addExport(response.ok() ? undefined : `status ${response.status()}`)
    })
    context.on('requestfailed', (request) => this.#onFailure(request))
    context.on('weberror', (event) => {
      const { message, stack = '' } = event.error()
      if (SDK_SCRIPT.test(stack)) this.errors.push(message)
    })
  }

  /** A request that the policy of the page blocks: Chromium does not report it as a request. */
  addViolation(blockedUrl: string, directive: string): void {
    if (this.#isEndpoint(blockedUrl)) this.#addExport(`the policy of the page (${directive})`)
  }

  /** Waits until the exports so far have been read. */
  async readExports(): Promise<void> {
    await Promise.all(this.#reading)
  }

  #onRequest(request: Request): void {
    if (this.#isExport(request)) {
      this.#reading.push(readExport(request).then((spans) => void this.spans.push(...spans)))
      return
    }
    if (this.step === undefined || !/^(?:fetch|xhr)$/.test(request.resourceType())) return
    const context = parseTraceparent(request.headers().traceparent ?? '')
    this.requests.push({
      step: this.step,
      method: request.method(),
      url: new URL(request.url()),
      context,
    })
  }

  #onFailure(request: Request): void {
    const reason = request.failure()?.errorText ?? 'no response'
    const url = request.url()
    if (this.#isExport(request)) this.#addExport(reason)
    else if (request.resourceType() === 'script' && SDK_SCRIPT.test(url))
      this.blockedScripts.push({ url, reason })
  }

  #addExport(failure: string | undefined): void {
    this.exports.push({ failure })
  }

  #isExport(request: Request): boolean {
    return request.method() === 'POST' && this.#isEndpoint(request.url())
  }

  /** A query may be added to the address. */
  #isEndpoint(url: string): boolean {
    if (!URL.canParse(url)) return false
    const { origin, pathname } = new URL(url)
    return origin === this.#endpoint.origin && pathname === this.#endpoint.pathname
  }
}
