import type { LeaveReason } from '../page/lifecycle.ts'
import { backOffMillis } from './back-off.ts'
import { type Batch, type EncodedSpan, packBatches } from './batches.ts'
import { deleteStored } from './delete-stored.ts'
import { compress, type PostOptions, post, type SendResult, type SendTarget } from './send.ts'
import type { SpanStore } from './span-store.ts'
import { readStoredMark } from './stored-mark.ts'
import { keepUnsent } from './unsent.ts'

const BATCH_BYTES = 256_000
/** All keepalive requests and beacons of a page share 64 KiB; the rest is room for the page's own. */
const KEEPALIVE_BYTES = 60_000
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

export interface DeliveryOptions {
  /** Whether anything may be kept beyond the page. */
  readonly mayStore: boolean
  /** False as long as consent is missing. */
  readonly mayDeliver: () => boolean
  /** The collector says that it wants no more, ever (status 410). */
  readonly onGone: () => void
}

/**
 * Brings encoded spans to the collector: in order, one request at a time, again after failures. While the collector
 * cannot be reached, spans go to the store, out of which one of the open tabs sends them, or the next visit.
 */
export class Delivery {
  readonly #target: SendTarget
  readonly #resource: string
  readonly #onGone: () => void
  readonly #mayStore: boolean
  readonly #mayDeliver: () => boolean
  #store: SpanStore | undefined
  #waiting: EncodedSpan[] = []
  #waitingBytes = 0
  #keepaliveBytes = 0
  /** Being sent in a way that ends with the page. */
  #mortal: Batch | undefined
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

  /** @param resource the OTLP resource as JSON */
  constructor(target: SendTarget, resource: string, { mayStore, mayDeliver, onGone }: DeliveryOptions) {
    this.#target = target
    this.#resource = resource
    this.#mayStore = mayStore
    this.#mayDeliver = mayDeliver
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
    if (navigator.onLine === false) this.prepare()
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
  flushLeaving(reason: LeaveReason): void {
    const isAway = this.#failures > 0 || navigator.onLine === false
    if (reason === 'pagehide' && this.#mortal) {
      this.add(this.#mortal.spans)
      this.#mortal = undefined
    }
    for (const batch of packBatches(this.#resource, this.#takeAll(), LEAVING_BATCH_BYTES)) {
      if (isAway) this.#keepLeaving(batch)
      else if (this.#hasQuota(batch.sizeBytes)) void this.#sendLeaving(batch)
      else if (!this.#beacon(batch)) this.#keepLeaving(batch)
    }
    // Should the page only be hidden.
    void this.flush()
  }

  /** The network is gone: should the page go next, there is no time to open anything. */
  prepare(): void {
    if (this.#mayDeliver()) this.#store?.open()
  }

  /** The network is back: no more waiting. */
  retryNow(): void {
    this.#notBefore = 0
    void this.flush()
  }

  /** Forgets everything, here and in the store. */
  async clear(): Promise<void> {
    this.#takeAll()
    await deleteStored()
  }

  async #sendAll(): Promise<void> {
    // Tried even when the browser says that it is offline: a collector on this machine can be reached all the same.
    while (performance.now() >= this.#notBefore) {
      const [batch, ...rest] = packBatches(this.#resource, this.#takeAll(), BATCH_BYTES)
      if (!batch) break
      for (const { spans } of rest) this.add(spans)
      const result = await this.#send(batch)
      if (result) this.#settle(batch.spans.length, result, batch)
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
      this.#drop(await this.#store.put(batch))
      this.#stored += batch.spans.length
    }
  }

  async #sendStored(): Promise<void> {
    const store = this.#store
    if (!store || !this.#storeHasMore || this.#draining || !this.#mayDeliver()) return
    if (readStoredMark() === undefined) return
    this.#draining = true
    const drain = async (lock: unknown) => {
      // Another tab is at it.
      if (lock === null) return
      while (performance.now() >= this.#notBefore && this.#mayDeliver()) {
        const { batch, expired } = await store.oldest()
        this.#drop(expired)
        if (!batch) {
          this.#storeHasMore = false
          return
        }
        const body = await compress(batch.body)
        const result = await post(this.#target, body ?? batch.body, {
          isCompressed: body !== undefined,
          keepalive: false,
        })
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

  /** Sends a batch compressed; without a result when the page went meanwhile and took it along. */
  async #send(batch: Batch): Promise<SendResult | undefined> {
    this.#mortal = batch
    const compressed = await compress(batch.body)
    if (this.#mortal !== batch) return undefined
    const sizeBytes = compressed?.byteLength ?? batch.sizeBytes
    // Whoever leaves now leaves nothing behind. After a failure the quota may have been the reason.
    const keepalive = this.#failures === 0 && this.#hasQuota(sizeBytes)
    if (keepalive) this.#mortal = undefined
    const result = await this.#post(compressed ?? batch.body, sizeBytes, {
      isCompressed: compressed !== undefined,
      keepalive,
    })
    if (!keepalive && this.#mortal !== batch) return undefined
    this.#mortal = undefined
    return result
  }

  async #sendLeaving(batch: Batch): Promise<void> {
    const result = await this.#post(batch.body, batch.sizeBytes, { keepalive: true })
    this.#settle(batch.spans.length, result, batch)
    if (result.outcome === 'retry') await this.#spill()
  }

  async #post(body: BodyInit, sizeBytes: number, options: PostOptions): Promise<SendResult> {
    const bytes = options.keepalive ? sizeBytes : 0
    this.#keepaliveBytes += bytes
    const result = await post(this.#target, body, options)
    this.#keepaliveBytes -= bytes
    return result
  }

  #hasQuota(sizeBytes: number): boolean {
    return this.#keepaliveBytes + sizeBytes <= KEEPALIVE_BYTES
  }

  #keepLeaving(batch: Batch): void {
    if (!this.#mayDeliver() || !this.#mayStore || !keepUnsent(batch)) {
      this.add(batch.spans)
      return
    }
    this.#storeHasMore = true
    this.#stored += batch.spans.length
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
    if (batch && this.#mayDeliver()) {
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
