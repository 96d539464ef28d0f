import type { WaitUntil } from './invocation.ts'
import type { ExportOutcome, SpanExporter } from './otlp-exporter.ts'
import type { SpanRecord } from './span-record.ts'

const MAX_SPANS = 20_000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_BATCH_BYTES = 2 * 1024 * 1024
const MAX_BATCH_SPANS = 2_000
/** `waitUntil` lasts 30 s after the answer; what is not done by then goes back for the next event. */
const BUDGET_MILLIS = 25_000
const MAX_BACKOFF_MILLIS = 8_000

export interface SpanBufferOptions {
  readonly exporter: SpanExporter
  readonly windowMillis: number
}

/**
 * The finished spans of an isolate, sent together: the first event of a window waits and flushes for all.
 *
 * Spans are plain data and outlive the event they came from; promises, timers and sockets do not, so nothing of
 * that kind is kept here. The lease that says "somebody is going to flush" is a time: if its holder is cancelled,
 * it runs out, and the next event takes over.
 */
export class SpanBuffer {
  readonly #exporter: SpanExporter
  readonly #windowMillis: number
  #spans: SpanRecord[] = []
  #sizeBytes = 0
  #droppedSpans = 0
  #leaseUntil = 0
  #failures = 0
  #notBefore = 0

  constructor({ exporter, windowMillis }: SpanBufferOptions) {
    this.#exporter = exporter
    this.#windowMillis = windowMillis
  }

  /** Takes a finished span; beyond the bounds it is dropped and counted. */
  add(span: SpanRecord, lifetime: WaitUntil): void {
    const sizeBytes = estimateBytes(span)
    if (this.#spans.length >= MAX_SPANS || this.#sizeBytes + sizeBytes > MAX_BYTES) {
      this.#droppedSpans++
    } else {
      this.#spans.push(span)
      this.#sizeBytes += sizeBytes
    }
    this.schedule(lifetime)
  }

  /** Sees to it that somebody flushes: this event, unless another one is already waiting to. */
  schedule(lifetime: WaitUntil): void {
    const now = Date.now()
    if (now < this.#leaseUntil || this.#spans.length === 0) return
    const delayMillis = Math.max(this.#windowMillis, this.#notBefore - now)
    this.#leaseUntil = now + delayMillis + 1_000
    lifetime.waitUntil(this.#flushAfter(delayMillis, now + BUDGET_MILLIS))
  }

  /** Sends what is there now, without waiting for the window. Resolves when the first attempt is over. */
  async flush(): Promise<void> {
    await this.#sendAll()
  }

  async #flushAfter(firstDelayMillis: number, deadline: number): Promise<void> {
    let delayMillis = firstDelayMillis
    for (;;) {
      await sleep(delayMillis)
      // From here on new spans belong to the next window, and its first event to them.
      this.#leaseUntil = 0
      await this.#sendAll()
      const now = Date.now()
      if (this.#spans.length === 0 || now < this.#leaseUntil) return
      delayMillis = Math.max(this.#notBefore - now, 0)
      if (now + delayMillis + this.#exporter.timeoutMillis > deadline) return await this.#overflow()
      this.#leaseUntil = now + delayMillis + 1_000
    }
  }

  async #sendAll(): Promise<void> {
    for (const batch of this.#take()) {
      const droppedSpans = this.#droppedSpans
      this.#droppedSpans = 0
      const outcome = await this.#exporter.send(batch, droppedSpans)
      this.#settle(batch, droppedSpans, outcome)
    }
  }

  #settle(batch: SpanRecord[], droppedSpans: number, outcome: ExportOutcome): void {
    if (outcome.result === 'sent') {
      this.#failures = 0
      this.#notBefore = 0
      return
    }
    if (outcome.result === 'rejected') {
      this.#droppedSpans += droppedSpans + batch.length
      return
    }
    this.#droppedSpans += droppedSpans
    this.#putBack(batch)
    this.#failures++
    const backoffMillis = Math.min(250 * 2 ** this.#failures, MAX_BACKOFF_MILLIS) * (0.75 + Math.random() / 2)
    this.#notBefore = Date.now() + (outcome.retryAfterMillis ?? backoffMillis)
  }

  /** What the bound queue takes is delivered by its consumer; without one, the next event carries it on. */
  async #overflow(): Promise<void> {
    if (!this.#exporter.overflow) return
    for (const batch of this.#take()) {
      if (!(await this.#exporter.overflow(batch))) this.#putBack(batch)
    }
  }

  #take(): SpanRecord[][] {
    const batches: SpanRecord[][] = []
    let batch: SpanRecord[] = []
    let sizeBytes = 0
    for (const span of this.#spans) {
      const spanBytes = estimateBytes(span)
      if (batch.length === MAX_BATCH_SPANS || (sizeBytes + spanBytes > MAX_BATCH_BYTES && batch.length > 0)) {
        batches.push(batch)
        batch = []
        sizeBytes = 0
      }
      batch.push(span)
      sizeBytes += spanBytes
    }
    if (batch.length > 0) batches.push(batch)
    this.#spans = []
    this.#sizeBytes = 0
    return batches
  }

  #putBack(batch: SpanRecord[]): void {
    const room = Math.max(MAX_SPANS - this.#spans.length, 0)
    this.#droppedSpans += Math.max(batch.length - room, 0)
    // The oldest go first when there is no room: what happens now is what somebody is looking for.
    const kept = batch.slice(-room || batch.length, room === 0 ? 0 : undefined)
    for (const span of kept) this.#sizeBytes += estimateBytes(span)
    this.#spans = [...kept, ...this.#spans]
  }
}

/** About the size of the span as OTLP JSON; exact enough to bound memory, cheap enough to do for each span. */
function estimateBytes(span: SpanRecord): number {
  let sizeBytes = 400 + span.name.length + 200 * (span.events.length + span.links.length)
  for (const key in span.attributes) {
    const value = span.attributes[key]
    sizeBytes += 60 + (typeof value === 'string' ? value.length : 20)
  }
  for (const event of span.events) {
    for (const key in event.attributes) sizeBytes += 60 + String(event.attributes[key]).length
  }
  return sizeBytes
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}
