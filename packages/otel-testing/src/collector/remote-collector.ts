import type { ReceivedSpan } from '../trace/received-span.ts'
import type { SpanSource } from '../trace/span-source.ts'
import type { ExportAnswer, ExportRequest } from './export-request.ts'
import { Inbox } from './inbox.ts'

/** An inbox of a collector that runs in another process, for tests that cannot start a server: those in workerd. */
export class RemoteCollector implements SpanSource {
  /** The address of this inbox. The collector's origin also handles requests below it. */
  readonly url: string
  /** The address of traces, `<url>/v1/traces`. */
  readonly tracesUrl: string
  /** The exports that were read from the collector so far. */
  readonly #read = new Inbox()

  /** @param collectorUrl the address of the `Collector`. @param id the name of the inbox. Default: a new inbox. */
  constructor(collectorUrl: string, id: string = crypto.randomUUID()) {
    this.url = `${collectorUrl}/inbox/${id}`
    this.tracesUrl = `${this.url}/v1/traces`
  }

  /** The export requests that were stored. */
  async exports(): Promise<readonly ExportRequest[]> {
    await this.#readExports(0)
    return [...this.#read.exports]
  }

  async spans(): Promise<readonly ReceivedSpan[]> {
    await this.#readExports(0)
    return this.#read.spans()
  }

  async arrivalAfter(spanCount: number, timeoutMillis: number): Promise<void> {
    const deadline = performance.now() + timeoutMillis
    while (this.#read.spans().length <= spanCount && performance.now() < deadline) {
      await this.#readExports(Math.ceil(deadline - performance.now()))
    }
  }

  /** Sets the response to later exports. Without an argument, they are stored again. */
  async answerExports(answer: ExportAnswer = {}): Promise<void> {
    await fetch(`${this.url}/-/answer`, { method: 'POST', body: JSON.stringify(answer) })
  }

  /** Reads the exports since the previous read. Waits for one if there is none. */
  async #readExports(waitMillis: number): Promise<void> {
    const after = this.#read.exports.length
    const response = await fetch(`${this.url}/-/exports?after=${after}&waitMillis=${waitMillis}`)
    const exports = (await response.json()) as (ExportRequest & { readonly body: string })[]
    // Another call may have read some of them in the meantime.
    for (const each of exports.slice(this.#read.exports.length - after)) {
      this.#read.receive({ ...each, body: Uint8Array.from(atob(each.body), (char) => char.charCodeAt(0)) })
    }
  }
}
