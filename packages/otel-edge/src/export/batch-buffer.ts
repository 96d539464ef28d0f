import { backOffMillis, type PostOutcome } from '@throughline/otel-shared'
import type { SpanLimits } from '../config/span-limits.ts'
import type { RecordBuffer } from '../core/sdk.ts'
import { sleep } from '../core/sleep.ts'
import type { Scope, SpanRecord } from '../core/span-record.ts'
import type { WaitUntil } from '../core/wait-until.ts'
import {
  BUDGET_MILLIS,
  FIRST_BACKOFF_MILLIS,
  LEASE_GRACE_MILLIS,
  MAX_BACKOFF_MILLIS,
  MAX_PENDING_BYTES,
} from '../limits.ts'
import type { OtlpExporter } from './otlp-exporter.ts'
import { PendingRecords, sizeOf } from './pending-records.ts'
import type { RecordChunk } from './record-chunk.ts'

export interface BatchBufferOptions {
  readonly exporter: OtlpExporter
  /** How long records are gathered before they are sent. Default: 500. */
  readonly windowMillis?: number | undefined
  readonly limits: SpanLimits
}

// Cache: every buffer of the isolate, for `flush()`. One per resource, endpoint and signal.
const buffers = new Set<BatchBuffer>()

/**
 * Sends the finished spans and log records in the buffers. Needed at the end of a process, and on runtimes that freeze or end
 * a process after its response (AWS Lambda). Elsewhere, they are sent automatically. Never throws. Records that the collector
 * did not accept in time stay in the buffers.
 *
 * @param timeoutMillis how long it may take at most
 * @example
 * ```ts
 * export const handler = async (event, context) => {
 *   const answer = await handle(app)(event, context)
 *   await flush()
 *   return answer
 * }
 * ```
 */
export async function flush(timeoutMillis = 5_000): Promise<void> {
  await Promise.all(Array.from(buffers, (buffer) => buffer.flush(timeoutMillis)))
}

/**
 * Buffers the finished spans or log records of an isolate. The first invocation that adds one waits for `windowMillis`, and
 * then sends the records of all invocations.
 *
 * Records are kept as bytes, which can outlive their invocation. Promises, timers and sockets cannot, so none is kept here:
 * https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request
 *
 * `#leaseUntil` is the time until which an invocation has the task of sending. If that invocation is cancelled, the lease
 * expires, and the next invocation sends.
 */
export class BatchBuffer implements RecordBuffer {
  readonly #exporter: OtlpExporter
  readonly #windowMillis: number
  readonly #pending: PendingRecords
  /** Records that were dropped since the last export. */
  #dropped = 0
  #leaseUntil = 0
  #failures = 0
  #notBefore = 0
  readonly #inFlight = new Set<{ readonly bytes: number; readonly untilMillis: number }>()
  /** How long a POST may take: at most half of the budget. */
  readonly #postMillis: number

  constructor({ exporter, windowMillis = 500, limits }: BatchBufferOptions) {
    this.#pending = new PendingRecords(limits)
    this.#exporter = exporter
    this.#windowMillis = windowMillis
    this.#postMillis = Math.min(exporter.timeoutMillis, BUDGET_MILLIS / 2)
    buffers.add(this)
  }

  add(record: SpanRecord | string, scope: Scope, lifetime: WaitUntil): void {
    try {
      if (this.#pending.sizeBytes + this.#bytesInFlight() > MAX_PENDING_BYTES) this.drop(1)
      else this.#pending.add(record, scope)
    } catch {
      this.drop(1)
    }
    try {
      this.#schedule(lifetime)
    } catch {
      // `waitUntil` throws when the invocation has ended. The next invocation sends.
      this.#leaseUntil = 0
    }
  }

  drop(count: number): void {
    this.#dropped += count
  }

  /** Sends the pending records, and waits for POSTs that are in flight. */
  async flush(timeoutMillis: number): Promise<void> {
    const deadline = Date.now() + timeoutMillis
    await Promise.race([this.#sendAll(deadline + this.#postMillis), sleep(timeoutMillis)])
    while (this.#inFlight.size > 0 && Date.now() < deadline) await sleep(10)
  }

  /** Gives this invocation the task of sending, unless another one has it. */
  #schedule(lifetime: WaitUntil): void {
    if (this.#pending.isEmpty) return
    const now = Date.now()
    if (now < this.#leaseUntil) return
    const delayMillis = Math.max(this.#windowMillis, this.#notBefore - now)
    if (delayMillis + this.#postMillis <= BUDGET_MILLIS) {
      this.#lease(now, delayMillis)
      lifetime.waitUntil(this.#sendAfter(delayMillis, now + BUDGET_MILLIS))
    } else if (this.#exporter.overflow) {
      // The collector asked for a longer pause than an invocation lasts. Without a POST, the overflow queue gets the records.
      this.#lease(now, this.#windowMillis)
      lifetime.waitUntil(this.#sendAfter(this.#windowMillis, 0))
    }
  }

  #lease(now: number, delayMillis: number): void {
    this.#leaseUntil = now + delayMillis + LEASE_GRACE_MILLIS
  }

  /** @param deadline when the last POST must have ended. The overflow queue gets the remaining records. */
  async #sendAfter(firstDelayMillis: number, deadline: number): Promise<void> {
    let delayMillis = firstDelayMillis
    for (;;) {
      await sleep(delayMillis)
      // New records belong to the next window, which the first invocation that adds one sends.
      this.#leaseUntil = 0
      await this.#sendAll(deadline)
      const now = Date.now()
      if (this.#pending.isEmpty || now < this.#leaseUntil) return
      delayMillis = Math.max(this.#notBefore - now, 0)
      if (now + delayMillis + this.#postMillis > deadline) return await this.#overflow()
      this.#lease(now, delayMillis)
    }
  }

  /** Sends one POST after the other until the deadline. Other records stay in the buffer. */
  async #sendAll(deadline: number): Promise<void> {
    const pending = this.#pending
    pending.seal()
    while (Date.now() + this.#postMillis <= deadline) {
      const batch = pending.take()
      if (batch.length === 0) return
      const droppedSpans = this.#dropped
      this.#dropped = 0
      const posted = { bytes: sizeOf(batch), untilMillis: deadline }
      this.#inFlight.add(posted)
      const outcome = await this.#exporter.send(batch, droppedSpans)
      this.#inFlight.delete(posted)
      if (!this.#settle(batch, droppedSpans, outcome)) return
    }
  }

  /** Handles the outcome of a POST. Returns whether the next batch may be sent. */
  #settle(batch: readonly RecordChunk[], droppedSpans: number, outcome: PostOutcome): boolean {
    if (outcome.outcome === 'sent') {
      this.drop(outcome.rejectedCount ?? 0)
      this.#failures = 0
      this.#notBefore = 0
      return true
    }
    // The count of dropped spans was not delivered either.
    this.drop(droppedSpans)
    if (outcome.outcome === 'refused') {
      for (const { spanCount } of batch) this.drop(spanCount)
      return true
    }
    this.drop(this.#pending.putBack(batch))
    this.#failures++
    const delayMillis =
      outcome.retryAfterMillis ?? backOffMillis(this.#failures, FIRST_BACKOFF_MILLIS, MAX_BACKOFF_MILLIS)
    this.#notBefore = Date.now() + delayMillis
    return false
  }

  /** Sends the pending records to the overflow queue, whose consumer delivers them. Without one they stay pending. */
  async #overflow(): Promise<void> {
    const pending = this.#pending
    if (!this.#exporter.overflow) return
    pending.seal()
    for (;;) {
      const [chunk] = pending.take(1)
      if (!chunk) return
      if (await this.#exporter.overflow(chunk)) continue
      this.drop(pending.putBack([chunk]))
      return
    }
  }

  /** The size of the batches that are being sent. A POST of a cancelled invocation is removed after its deadline. */
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
}
