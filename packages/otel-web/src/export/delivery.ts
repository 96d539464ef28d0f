import { backOffMillis } from './back-off.ts'
import { type Batch, type EncodedSpan, packBatches } from './batches.ts'
import { type SendResult, type SendTarget, send, sendWhileLeaving } from './send.ts'
import type { SpanStore } from './span-store.ts'

const BATCH_BYTES = 256_000
/** All keepalive requests and beacons of a page share 64 KiB; the rest is room for the page's own. */
const LEAVING_BYTES = 60_000
const LEAVING_BATCH_BYTES = 30_000
const MAX_WAITING_BYTES = 2_000_000
const LOCK = 'throughline-store'

/** Counts of spans, and why the latest were not delivered. */
export interface DeliveryHealth {
  readonly sent: number
  /** In memory. */
  readonly waiting: number
  /** Put into the store by this page. */
  readonly stored: number
  readonly dropped: number
  readonly lastFailure: string | undefined
}

/**
 * Brings encoded spans to the collector: in order, one request at a time, again after failures. While the collector
 * cannot be reached, spans go to the store, out of which one of the open tabs sends them, or the next visit.
 */
export class Delivery {
  readonly #target: SendTarget
  readonly #resource: string
  readonly #onGone: () => void
  #store: SpanStore | undefined
  #waiting: EncodedSpan[] = []
  #waitingBytes = 0
  #leavingBytes = 0
  #failures = 0
  #notBefore = 0
  #storeHasMore = true
  #draining = false
  #sending: Promise<void> | undefined
  #retryTimer: number | undefined
  #sent = 0
  #stored = 0
  #dropped = 0
  #droppedUntold = 0
  #lastFailure: string | undefined

  /** @param onGone the collector says that it wants no more, ever (status 410) */
  constructor(target: SendTarget, resource: string, onGone: () => void) {
    this.#target = target
    this.#resource = resource
    this.#onGone = onGone
  }

  health(): DeliveryHealth {
    return {
      sent: this.#sent,
      waiting: this.#waiting.length,
      stored: this.#stored,
      dropped: this.#dropped,
      lastFailure: this.#lastFailure,
    }
  }

  /** How many spans were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#droppedUntold
    this.#droppedUntold = 0
    return dropped
  }

  /** From now on there is a store; what an earlier visit left in it is sent. */
  setStore(store: SpanStore): void {
    this.#store = store
    void this.flush()
  }

  add(spans: readonly EncodedSpan[]): void {
    for (const span of spans) {
      this.#waiting.push(span)
      this.#waitingBytes += span.sizeBytes
    }
    while (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waitingBytes -= this.#waiting.shift()?.sizeBytes ?? 0
      this.#drop(1)
    }
  }

  /** Sends what waits, or stores it while a back-off runs; resolves when that is done or has failed. */
  flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  /** Sends what waits while the page goes, as far as the browser allows. */
  flushLeaving(): void {
    if (this.#failures > 0 || navigator.onLine === false) return void this.#spill()
    for (const batch of packBatches(this.#resource, this.#takeAll(), LEAVING_BATCH_BYTES)) {
      if (this.#leavingBytes + batch.sizeBytes <= LEAVING_BYTES) void this.#sendLeaving(batch)
      else if (!this.#beacon(batch)) this.add(batch.spans)
    }
    if (this.#waiting.length > 0) void this.flush()
  }

  /** The network is back: no more waiting. */
  retryNow(): void {
    this.#notBefore = 0
    void this.flush()
  }

  /** Forgets everything, here and in the store. */
  async clear(): Promise<void> {
    this.#takeAll()
    await this.#store?.clear()
  }

  async #sendAll(): Promise<void> {
    // Tried even when the browser says that it is offline: a collector on this machine can be reached all the same.
    while (performance.now() >= this.#notBefore) {
      const [batch, ...rest] = packBatches(this.#resource, this.#takeAll(), BATCH_BYTES)
      if (!batch) break
      for (const { spans } of rest) this.add(spans)
      this.#settle(batch.spans.length, await send(this.#target, batch.body), batch)
    }
    if (performance.now() < this.#notBefore) await this.#spill()
    // New spans never wait for old ones: a store can be slow, or hang in another tab's hands.
    else void this.#sendStored()
  }

  /** Memory goes with the page; the store does not. */
  async #spill(): Promise<void> {
    if (!this.#store) return
    this.#storeHasMore = true
    for (const batch of packBatches(this.#resource, this.#takeAll(), BATCH_BYTES)) {
      this.#stored += batch.spans.length
      this.#drop(await this.#store.put(batch))
    }
  }

  async #sendStored(): Promise<void> {
    const store = this.#store
    if (!store || !this.#storeHasMore || this.#draining) return
    this.#draining = true
    const drain = async (lock: unknown) => {
      // Another tab is at it.
      if (lock === null) return
      while (performance.now() >= this.#notBefore) {
        const { batch, expired } = await store.oldest()
        this.#drop(expired)
        if (!batch) {
          this.#storeHasMore = false
          return
        }
        const result = await send(this.#target, batch.body)
        this.#settle(batch.count, result)
        if (result.outcome !== 'retry') await store.remove(batch.key)
      }
    }
    try {
      if (navigator.locks) await navigator.locks.request(LOCK, { ifAvailable: true }, drain)
      else await drain(undefined)
    } catch {
      // No locks for this document: the next visit's will do.
    } finally {
      this.#draining = false
    }
  }

  async #sendLeaving(batch: Batch): Promise<void> {
    this.#leavingBytes += batch.sizeBytes
    const result = await sendWhileLeaving(this.#target, batch.body)
    this.#leavingBytes -= batch.sizeBytes
    this.#settle(batch.spans.length, result, batch)
    if (result.outcome === 'retry') await this.#spill()
  }

  /** Beacons cannot carry the headers that some collectors ask for. */
  #beacon(batch: Batch): boolean {
    if (Object.keys(this.#target.headers).length > 0 || !navigator.sendBeacon) return false
    const body = new Blob([batch.body], { type: 'application/json' })
    if (!navigator.sendBeacon(this.#target.endpoint, body)) return false
    this.#sent += batch.spans.length
    return true
  }

  #settle(count: number, result: SendResult, batch?: Batch): void {
    if (result.outcome === 'sent') {
      this.#failures = 0
      this.#sent += count
      return
    }
    this.#lastFailure = result.reason
    if (result.outcome === 'refused') {
      this.#drop(count)
      if (result.gone) this.#onGone()
      return
    }
    if (batch) {
      const newer = this.#takeAll()
      this.add(batch.spans)
      this.add(newer)
    }
    this.#storeHasMore = true
    const waitMillis = backOffMillis(++this.#failures, result.retryAfterMillis)
    this.#notBefore = performance.now() + waitMillis
    const { setTimeout, clearTimeout } = this.#target.globals
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => void this.flush(), waitMillis + 1)
  }

  #drop(count: number): void {
    this.#dropped += count
    this.#droppedUntold += count
  }

  #takeAll(): EncodedSpan[] {
    this.#waitingBytes = 0
    return this.#waiting.splice(0)
  }
}
