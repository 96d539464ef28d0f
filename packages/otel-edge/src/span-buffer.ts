import type { WaitUntil } from './invocation.ts'
import type { SpanExporter } from './otlp-exporter.ts'
import type { PostOutcome } from './otlp-receiver.ts'
import { type SpanChunk, SpanChunkWriter } from './span-chunk.ts'
import type { Scope, SpanRecord } from './span-record.ts'

const MAX_BYTES = 16 * 1024 * 1024
const MAX_POST_BYTES = 1024 * 1024
/** `waitUntil` lasts 30 s after the answer; what is not done by then goes back for the next event. */
const BUDGET_MILLIS = 25_000
const MAX_BACKOFF_MILLIS = 8_000
const LEASE_GRACE_MILLIS = 1_000

export interface SpanBufferOptions {
  readonly exporter: SpanExporter
  /** How long spans are gathered before they leave. */
  readonly windowMillis: number
}

/**
 * The finished spans of an isolate, sent together: the first event of a window waits and flushes for all.
 *
 * Spans are plain bytes and outlive the event they came from; promises, timers and sockets do not, so nothing of that
 * kind is kept here. The lease that says "somebody is going to flush" is a time: if its holder is cancelled, it runs
 * out, and the next event takes over.
 */
export class SpanBuffer {
  readonly #exporter: SpanExporter
  readonly #windowMillis: number
  readonly #writers = new Map<string, SpanChunkWriter>()
  /** Most spans in a row are of one scope. */
  #lastWriter: SpanChunkWriter | undefined
  #chunks: SpanChunk[] = []
  /** Of the sealed chunks; the open ones are bounded by their number. */
  #sizeBytes = 0
  #isEmpty = true
  #droppedSpans = 0
  #leaseUntil = 0
  #failures = 0
  #notBefore = 0

  constructor({ exporter, windowMillis }: SpanBufferOptions) {
    this.#exporter = exporter
    this.#windowMillis = windowMillis
  }

  /** Takes a finished span, or a log record as JSON; beyond the bounds it is dropped and counted. */
  add(span: SpanRecord | string, scope: Scope, lifetime: WaitUntil): void {
    if (this.#sizeBytes > MAX_BYTES) {
      this.#droppedSpans++
    } else {
      this.#push(this.#writerOf(scope).write(span))
      this.#isEmpty = false
    }
    this.schedule(lifetime)
  }

  /** Sees to it that somebody flushes: this event, unless another one is already waiting to. */
  schedule(lifetime: WaitUntil): void {
    if (this.#isEmpty) return
    const now = Date.now()
    if (now < this.#leaseUntil) return
    const delayMillis = Math.max(this.#windowMillis, this.#notBefore - now)
    this.#leaseUntil = now + delayMillis + LEASE_GRACE_MILLIS
    lifetime.waitUntil(this.#flushAfter(delayMillis, now + BUDGET_MILLIS))
  }

  async #flushAfter(firstDelayMillis: number, deadline: number): Promise<void> {
    let delayMillis = firstDelayMillis
    for (;;) {
      await sleep(delayMillis)
      // From here on new spans belong to the next window, and its flush to the first event that brings one.
      this.#leaseUntil = 0
      await this.#sendAll()
      const now = Date.now()
      if (this.#isEmpty || now < this.#leaseUntil) return
      delayMillis = Math.max(this.#notBefore - now, 0)
      if (now + delayMillis + this.#exporter.timeoutMillis > deadline) return await this.#overflow()
      this.#leaseUntil = now + delayMillis + LEASE_GRACE_MILLIS
    }
  }

  async #sendAll(): Promise<void> {
    for (const batch of this.#take()) {
      const droppedSpans = this.#droppedSpans
      this.#droppedSpans = 0
      this.#settle(batch, droppedSpans, await this.#exporter.send(batch, droppedSpans))
    }
  }

  #settle(batch: readonly SpanChunk[], droppedSpans: number, outcome: PostOutcome): void {
    if (outcome.result === 'stored') {
      this.#droppedSpans += outcome.rejectedCount
      this.#failures = 0
      this.#notBefore = 0
      return
    }
    // The count of drops was not delivered either.
    this.#droppedSpans += droppedSpans
    if (outcome.result === 'refused') {
      for (const { spanCount } of batch) this.#droppedSpans += spanCount
      return
    }
    this.#putBack(batch)
    this.#failures = Math.min(this.#failures + 1, 10)
    const backoffMillis = Math.min(250 * 2 ** this.#failures, MAX_BACKOFF_MILLIS) * (0.75 + Math.random() / 2)
    this.#notBefore = Date.now() + (outcome.retryAfterMillis ?? backoffMillis)
  }

  /** What the bound queue takes is delivered by its consumer; without one, the next event carries it on. */
  async #overflow(): Promise<void> {
    if (!this.#exporter.overflow) return
    for (const batch of this.#take()) {
      for (const chunk of batch) if (!(await this.#exporter.overflow(chunk))) this.#putBack([chunk])
    }
  }

  /** Everything there is, in portions of a POST each. */
  #take(): SpanChunk[][] {
    for (const writer of this.#writers.values()) this.#push(writer.seal())
    this.#writers.clear()
    this.#lastWriter = undefined
    const batches: SpanChunk[][] = []
    let sizeBytes = Number.POSITIVE_INFINITY
    for (const chunk of this.#chunks) {
      if (sizeBytes + chunk.bytes.length > MAX_POST_BYTES) {
        batches.push([])
        sizeBytes = 0
      }
      batches.at(-1)?.push(chunk)
      sizeBytes += chunk.bytes.length
    }
    this.#chunks = []
    this.#sizeBytes = 0
    this.#isEmpty = true
    return batches
  }

  #putBack(batch: readonly SpanChunk[]): void {
    for (const chunk of batch) {
      if (this.#sizeBytes > MAX_BYTES) this.#droppedSpans += chunk.spanCount
      else this.#push(chunk)
    }
    this.#isEmpty = false
  }

  #push(chunk: SpanChunk | undefined): void {
    if (!chunk) return
    this.#chunks.push(chunk)
    this.#sizeBytes += chunk.bytes.length
  }

  #writerOf(scope: Scope): SpanChunkWriter {
    if (scope === this.#lastWriter?.scope) return this.#lastWriter
    const key = `${scope.name}@${scope.version}`
    let writer = this.#writers.get(key)
    if (!writer) {
      writer = new SpanChunkWriter(scope)
      this.#writers.set(key, writer)
    }
    this.#lastWriter = writer
    return writer
  }
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
