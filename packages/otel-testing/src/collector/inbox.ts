import { type ReceivedSpan, toReceivedSpans } from '../trace/received-span.ts'
import type { SpanSource } from '../trace/span-source.ts'
import { decodeExport, type ExportAnswer, type ExportRequest } from './export-request.ts'

/** The requests that a collector has received at one of its addresses, and its response to them. */
export class Inbox implements SpanSource {
  /** Every export request in order of arrival, including refused ones. */
  readonly attempts: ExportRequest[] = []
  /** The export requests whose spans were stored. */
  readonly exports: ExportRequest[] = []
  readonly #spans: ReceivedSpan[] = []
  readonly #waiting = new Set<() => void>()
  #answer: ExportAnswer = {}
  #timesLeft = Number.POSITIVE_INFINITY

  spans(): readonly ReceivedSpan[] {
    return [...this.#spans]
  }

  arrivalAfter(spanCount: number, timeoutMillis: number): Promise<void> {
    return this.#changed(() => this.#spans.length > spanCount, timeoutMillis)
  }

  /** Resolves once there are more than `count` exports, at the latest after `timeoutMillis`. */
  exportAfter(count: number, timeoutMillis: number): Promise<void> {
    return this.#changed(() => this.exports.length > count, timeoutMillis)
  }

  /** Resolves once there are more than `count` attempts, at the latest after `timeoutMillis`. */
  attemptAfter(count: number, timeoutMillis: number): Promise<void> {
    return this.#changed(() => this.attempts.length > count, timeoutMillis)
  }

  /** Sets the response to later exports. Without an argument, they are stored again. */
  answerExports(answer: ExportAnswer = {}): void {
    this.#answer = answer
    this.#timesLeft = answer.times ?? Number.POSITIVE_INFINITY
  }

  /** Receives an export request and returns the response. Throws an `Error` for a body that cannot be read. */
  receive(request: ExportRequest): ExportAnswer {
    const answer = this.#timesLeft > 0 ? this.#answer : {}
    this.#timesLeft--
    this.attempts.push(request)
    if (answer.cutAfterMillis === undefined && (answer.status ?? 200) < 300) {
      this.#spans.push(...toReceivedSpans(decodeExport(request)))
      this.exports.push(request)
    }
    for (const check of this.#waiting) check()
    return answer
  }

  #changed(isDone: () => boolean, timeoutMillis: number): Promise<void> {
    if (isDone()) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        resolve()
      }
      const check = () => {
        if (isDone()) end()
      }
      const timer = setTimeout(end, timeoutMillis)
      this.#waiting.add(check)
    })
  }
}
