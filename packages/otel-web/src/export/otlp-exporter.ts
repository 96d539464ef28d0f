import { retryDelayMillis, SHORT_FAILURES } from './back-off.ts'
import { type Batch, type EncodedSpan, packBatches } from './batches.ts'
import type { ExportCounts } from './export-counts.ts'
import type { ExportHealth } from './export-health.ts'
import { compress, type PostOptions, post, type SendResult, type SendTarget, sendBeacon } from './send.ts'
import { deleteStored } from './store/delete-stored.ts'
import type { SpanStore } from './store/span-store.ts'
import { keepUnsent } from './store/unsent.ts'

const BATCH_BYTES = 256_000
// Keepalive requests and beacons of a page share 64 KiB: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
const KEEPALIVE_BYTES = 60_000
const LEAVING_BATCH_BYTES = 30_000
const MAX_WAITING_BYTES = 2_000_000
const MAX_SPAN_BYTES = 500_000

export interface OtlpExporterParts {
  readonly target: SendTarget
  /** The OTLP resource as JSON. */
  readonly resource: () => string
  /** Whether spans may be stored so that a later page can send them. */
  readonly mayStore: boolean
  /** Nothing is exported while this is off, for instance because consent is missing. */
  readonly recordingState: { isOn(): boolean }
  readonly counts: ExportCounts
  /** Called when the collector answers with status 410: it will never accept spans again. */
  readonly onGone: () => void
}

/** Exports encoded spans in order, one request at a time. While the collector cannot be reached, spans are stored. */
export class OtlpExporter {
  readonly #parts: OtlpExporterParts
  #store: SpanStore | undefined
  #waiting: EncodedSpan[] = []
  #waitingBytes = 0
  #keepaliveBytes = 0
  /** Batches of requests that the browser cancels when the page is unloaded. */
  readonly #inFlight = new Set<Batch>()
  #failures = 0
  #notBefore = 0
  /** True when the collector set the delay with `Retry-After`. */
  #hasRetryAfter = false
  #storeFails = false
  #sending: Promise<void> | undefined
  #retryTimer: number | undefined

  constructor(parts: OtlpExporterParts) {
    this.#parts = parts
  }

  health(): ExportHealth {
    return this.#parts.counts.health(this.#waiting.length)
  }

  /** Sets the store, and sends what earlier pages left in it. */
  setStore(store: SpanStore): void {
    this.#store = store
    if (navigator.onLine === false) this.prepare()
    void this.flush()
  }

  add(spans: readonly EncodedSpan[]): void {
    const { counts } = this.#parts
    for (const span of spans) {
      // An oversized span is dropped: it must not displace other spans.
      if (span.sizeBytes > MAX_SPAN_BYTES) {
        counts.drop(1, 'overflow', [span])
        continue
      }
      this.#waiting.push(span)
      this.#waitingBytes += span.sizeBytes
    }
    while (this.#waitingBytes > MAX_WAITING_BYTES) {
      const oldest = this.#waiting.splice(0, 1)
      this.#waitingBytes -= oldest[0]?.sizeBytes ?? 0
      counts.drop(1, this.#storeFails ? 'storeFailed' : 'overflow', oldest)
    }
  }

  /** Sends the waiting spans, or stores them during a back-off. Resolves when this is done or has failed. */
  flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  /** Sends the waiting spans when the page is hidden or unloaded, within the limits of the browser. */
  flushLeaving(): void {
    const isAway = this.#failures > 0 || navigator.onLine === false
    // A hidden tab may be discarded without an event. At worst the collector gets the same span ids twice.
    for (const { spans } of this.#inFlight) this.add(spans)
    this.#inFlight.clear()
    for (const batch of packBatches(this.#parts.resource(), this.#takeAll(), LEAVING_BATCH_BYTES)) {
      if (isAway && this.#keepLeaving(batch)) continue
      if (this.#hasQuota(batch.sizeBytes)) void this.#sendLeaving(batch)
      else if (sendBeacon(batch.body, this.#parts.target)) this.#parts.counts.sent += batch.spans.length
      else if (!this.#keepLeaving(batch)) this.add(batch.spans)
    }
    void this.flush()
  }

  /** Opens the store ahead of time: a page that is unloading has no time to open it. */
  prepare(): void {
    if (this.#parts.recordingState.isOn()) this.#store?.open()
  }

  /** To be called when the network is back. Ends the back-off, unless the collector set the delay. */
  retryNow(): void {
    if (!this.#hasRetryAfter) this.#notBefore = 0
    void this.flush()
  }

  /** Deletes all spans in memory and in the store. */
  async clear(): Promise<void> {
    this.#takeAll()
    this.#inFlight.clear()
    await deleteStored()
  }

  async #sendAll(): Promise<void> {
    // Sending is tried even when the browser is offline: a collector on the same machine can still be reached.
    do {
      while (performance.now() >= this.#notBefore) {
        const batch = this.#takeBatch()
        if (!batch) break
        const result = await this.#send(batch)
        if (result) this.#settle(batch.spans.length, result, batch)
      }
      if (performance.now() < this.#notBefore) await this.#spill()
      // The back-off may have ended while a slow store failed.
    } while (this.#waiting[0] && performance.now() >= this.#notBefore)
    // New spans do not wait for stored ones: a store can be slow, or blocked by another tab.
    this.#sendStored()
  }

  /** Moves the waiting spans to the store, which outlives the page. */
  async #spill(): Promise<void> {
    const { counts, target } = this.#parts
    while (this.#store) {
      const batch = this.#takeBatch()
      if (!batch) return
      this.#inFlight.add(batch)
      const evicted = await this.#store.put(batch, target.globals)
      const isHere = this.#inFlight.delete(batch)
      this.#storeFails = evicted === undefined
      if (evicted === undefined) {
        if (isHere) this.#putBack(batch)
        return
      }
      counts.drop(evicted, 'evicted')
      counts.stored += batch.spans.length
    }
  }

  #sendStored(): void {
    const { counts, recordingState, target } = this.#parts
    void this.#store?.drain({
      functions: { post, compress },
      target,
      maySend: () => performance.now() >= this.#notBefore && recordingState.isOn(),
      onResult: (count, result) => this.#settle(count, result),
      onExpired: (count) => counts.drop(count, 'expired'),
    })
  }

  /** Compresses and sends a batch. Returns undefined when the page was unloaded meanwhile and sent the batch itself. */
  async #send(batch: Batch): Promise<SendResult | undefined> {
    this.#inFlight.add(batch)
    const compressed = await compress(batch.body, this.#parts.target)
    if (!this.#inFlight.has(batch)) return undefined
    const sizeBytes = compressed?.byteLength ?? batch.sizeBytes
    // A keepalive request outlives the page. After a failure it is not used: its quota may have been the reason.
    const keepalive = this.#failures === 0 && this.#hasQuota(sizeBytes)
    if (keepalive) this.#inFlight.delete(batch)
    const options = { isCompressed: compressed !== undefined, keepalive }
    const result = await this.#post(compressed ?? batch.body, sizeBytes, options)
    return keepalive || this.#inFlight.delete(batch) ? result : undefined
  }

  async #sendLeaving(batch: Batch): Promise<void> {
    const result = await this.#post(batch.body, batch.sizeBytes, { keepalive: true })
    this.#settle(batch.spans.length, result, batch)
    if (result.outcome === 'retry') await this.#spill()
  }

  async #post(body: BodyInit, sizeBytes: number, options: PostOptions): Promise<SendResult> {
    const bytes = options.keepalive ? sizeBytes : 0
    this.#keepaliveBytes += bytes
    const result = await post(this.#parts.target, body, options)
    this.#keepaliveBytes -= bytes
    return result
  }

  #hasQuota(sizeBytes: number): boolean {
    return this.#keepaliveBytes + sizeBytes <= KEEPALIVE_BYTES
  }

  #keepLeaving(batch: Batch): boolean {
    const { counts, mayStore, recordingState } = this.#parts
    if (!recordingState.isOn() || !mayStore || !keepUnsent(batch)) return false
    counts.stored += batch.spans.length
    return true
  }

  #settle(count: number, result: SendResult, batch?: Batch): void {
    const { counts, onGone, target } = this.#parts
    counts.lastFailure = result.reason ?? counts.lastFailure
    if (result.outcome === 'sent') {
      const { rejectedCount = 0 } = result
      this.#failures = 0
      counts.sent += count - rejectedCount
      counts.drop(rejectedCount, 'refused')
      return
    }
    if (result.outcome === 'refused') {
      counts.drop(count, 'refused', batch?.spans)
      if (result.status === 410) onGone()
      return
    }
    if (batch) this.#putBack(batch)
    // While the browser is offline, a failure does not mean that the collector is down.
    if (navigator.onLine || this.#failures < SHORT_FAILURES) this.#failures++
    this.#hasRetryAfter = result.retryAfterMillis !== undefined
    const waitMillis = retryDelayMillis(this.#failures, result.retryAfterMillis)
    this.#notBefore = performance.now() + waitMillis
    const { setTimeout, clearTimeout } = target.globals
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => void this.flush(), waitMillis + 1)
  }

  /** Puts a batch back in front of the waiting spans, which are newer. */
  #putBack({ spans }: Batch): void {
    if (!this.#parts.recordingState.isOn()) return
    const newer = this.#takeAll()
    this.add(spans)
    this.add(newer)
  }

  #takeBatch(): Batch | undefined {
    const [batch, ...others] = packBatches(this.#parts.resource(), this.#takeAll(), BATCH_BYTES)
    for (const { spans } of others) this.add(spans)
    return batch
  }

  #takeAll(): EncodedSpan[] {
    this.#waitingBytes = 0
    return this.#waiting.splice(0)
  }
}
