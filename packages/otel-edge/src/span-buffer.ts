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
  readonly #inFlight = new Set<{ readonly bytes: number; readonly untilMillis: number }>()
  /** How long a POST may take; with a time-out beyond what events last, it is cut short. */
  readonly #postMillis: number

  constructor({ exporter, windowMillis }: SpanBufferOptions) {
    this.#exporter = exporter
    this.#windowMillis = windowMillis
    this.#postMillis = Math.min(exporter.timeoutMillis, BUDGET_MILLIS / 2)
  }

  /** Takes a finished span, or a log record as JSON; beyond the bounds it is dropped and counted. */
  add(span: SpanRecord | string, scope: Scope, lifetime: WaitUntil): void {
    if (this.#sizeBytes + this.#bytesInFlight() > MAX_BYTES) {
      this.#droppedSpans++
    } else {
      this.#push(this.#writerOf(scope).write(span))
      this.#isEmpty = false
    }
    this.schedule(lifetime)
  }

  /** Counts spans that were not kept elsewhere. */
  drop(count: number): void {
    this.#droppedSpans += count
  }

  /** Sees to it that somebody flushes: this event, unless another one is already waiting to. */
  schedule(lifetime: WaitUntil): void {
    try {
      this.#schedule(lifetime)
    } catch {
      // An event that is over takes no more promises: the next one flushes.
      this.#leaseUntil = 0
    }
  }

  #schedule(lifetime: WaitUntil): void {
    if (this.#isEmpty) return
    const now = Date.now()
    if (now < this.#leaseUntil) return
    const delayMillis = Math.max(this.#windowMillis, this.#notBefore - now)
    if (delayMillis + this.#postMillis <= BUDGET_MILLIS) {
      this.#leaseUntil = now + delayMillis + LEASE_GRACE_MILLIS
      lifetime.waitUntil(this.#flushAfter(delayMillis, now + BUDGET_MILLIS))
    } else if (this.#exporter.overflow) {
      // The collector asked for a longer pause than any event lasts.
      this.#leaseUntil = now + this.#windowMillis + LEASE_GRACE_MILLIS
      lifetime.waitUntil(this.#overflowAfter(this.#windowMillis))
    }
  }

  async #flushAfter(firstDelayMillis: number, deadline: number): Promise<void> {
    let delayMillis = firstDelayMillis
    for (;;) {
      await sleep(delayMillis)
      // From here on new spans belong to the next window, and its flush to the first event that brings one.
      this.#leaseUntil = 0
      await this.#sendAll(deadline)
      const now = Date.now()
      if (this.#isEmpty || now < this.#leaseUntil) return
      delayMillis = Math.max(this.#notBefore - now, 0)
      if (now + delayMillis + this.#postMillis > deadline) return await this.#overflow()
      this.#leaseUntil = now + delayMillis + LEASE_GRACE_MILLIS
    }
  }

  async #overflowAfter(delayMillis: number): Promise<void> {
    await sleep(delayMillis)
    this.#leaseUntil = 0
    await this.#overflow()
  }

  /** A POST at a time, each only while there is time for it: what is not yet sent stays in the buffer. */
  async #sendAll(deadline: number): Promise<void> {
    this.#seal()
    while (Date.now() + this.#postMillis <= deadline) {
      const batch = this.#takeBatch()
      if (batch.length === 0) return
      const droppedSpans = this.#droppedSpans
      this.#droppedSpans = 0
      const posted = { bytes: sizeOf(batch), untilMillis: deadline }
      this.#inFlight.add(posted)
      const outcome = await this.#exporter.send(batch, droppedSpans)
      this.#inFlight.delete(posted)
      if (!this.#settle(batch, droppedSpans, outcome)) return
    }
  }

  /** True when the next batch may follow. */
  #settle(batch: readonly SpanChunk[], droppedSpans: number, outcome: PostOutcome): boolean {
    if (outcome.result === 'stored') {
      this.#droppedSpans += outcome.rejectedCount
      this.#failures = 0
      this.#notBefore = 0
      return true
    }
    // The count of drops was not delivered either.
    this.#droppedSpans += droppedSpans
    if (outcome.result === 'refused') {
      for (const { spanCount } of batch) this.#droppedSpans += spanCount
      return true
    }
    this.#putBack(batch)
    this.#failures = Math.min(this.#failures + 1, 10)
    const backoffMillis = Math.min(250 * 2 ** this.#failures, MAX_BACKOFF_MILLIS) * (0.75 + Math.random() / 2)
    this.#notBefore = Date.now() + (outcome.retryAfterMillis ?? backoffMillis)
    return false
  }

  /** What the bound queue takes is delivered by its consumer; without one, the next event carries it on. */
  async #overflow(): Promise<void> {
    if (!this.#exporter.overflow) return
    this.#seal()
    for (;;) {
      const chunk = this.#chunks.shift()
      if (!chunk) break
      this.#sizeBytes -= chunk.bytes.length
      if (await this.#exporter.overflow(chunk)) continue
      this.#putBack([chunk])
      return
    }
    this.#isEmpty = this.#writers.size === 0
  }

  /** Closes the chunks that are being written: what comes now goes into new ones. */
  #seal(): void {
    for (const writer of this.#writers.values()) this.#push(writer.seal())
    this.#writers.clear()
    this.#lastWriter = undefined
  }

  /** The sealed chunks that came first, as many as a POST takes. */
  #takeBatch(): SpanChunk[] {
    let sizeBytes = 0
    const end = this.#chunks.findIndex((chunk, index) => {
      sizeBytes += chunk.bytes.length
      return index > 0 && sizeBytes > MAX_POST_BYTES
    })
    const batch = this.#chunks.splice(0, end < 0 ? this.#chunks.length : end)
    this.#sizeBytes -= sizeOf(batch)
    this.#isEmpty = this.#chunks.length === 0 && this.#writers.size === 0
    return batch
  }

  /** What events that were cancelled had on its way is forgotten with their time. */
  #bytesInFlight(): number {
    if (this.#inFlight.size === 0) return 0
    const now = Date.now()
    let sum = 0
    for (const posted of this.#inFlight) {
      if (posted.untilMillis + LEASE_GRACE_MILLIS < now) this.#inFlight.delete(posted)
      else sum += posted.bytes
    }
    return sum
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

function sizeOf(batch: readonly SpanChunk[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
