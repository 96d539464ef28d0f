import { backOffMillis, SHORT_FAILURES } from './back-off.ts'
import { type Batch, type EncodedSpan, packBatches } from './batches.ts'
import { deleteStored } from './delete-stored.ts'
import { compress, type PostOptions, post, type SendResult, type SendTarget } from './send.ts'
import type { SpanStore } from './span-store.ts'
import { keepUnsent } from './unsent.ts'

const BATCH_BYTES = 256_000
/** All keepalive requests and beacons of a page share 64 KiB; the rest is room for the page's own. */
const KEEPALIVE_BYTES = 60_000
const LEAVING_BATCH_BYTES = 30_000
const MAX_WAITING_BYTES = 2_000_000

/**
 * Why a span was dropped: the collector refused it, memory was full (while the store took nothing: `storeFailed`), or
 * it was in the store for too long or had to make room there.
 */
export type DropReason = 'refused' | 'overflow' | 'storeFailed' | 'expired' | 'evicted'

/** Counts of spans, and why the latest were not delivered. */
export interface DeliveryHealth {
  readonly sent: number
  /** In memory. */
  readonly waiting: number
  /** Put into the store by this page. */
  readonly stored: number
  readonly dropped: number
  /** The same by reason; reasons that did not occur are missing. */
  readonly droppedBy: Readonly<Partial<Record<DropReason, number>>>
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
  /** On a way that ends with the page. */
  readonly #mortal = new Set<Batch>()
  #failures = 0
  #notBefore = 0
  /** The collector itself said when. */
  #isTold = false
  #storeFails = false
  #sending: Promise<void> | undefined
  #retryTimer: number | undefined
  #sent = 0
  #stored = 0
  #dropped = 0
  #droppedUntold = 0
  readonly #droppedBy: Partial<Record<DropReason, number>> = {}
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
      droppedBy: { ...this.#droppedBy },
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
      this.drop(1, this.#storeFails ? 'storeFailed' : 'overflow')
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
    const isAway = this.#failures > 0 || navigator.onLine === false
    // Hidden tabs are killed without another word. Whoever comes back has sent these twice at worst, with the same ids.
    for (const { spans } of this.#mortal) this.add(spans)
    this.#mortal.clear()
    for (const batch of packBatches(this.#resource, this.#takeAll(), LEAVING_BATCH_BYTES)) {
      if (isAway && this.#keepLeaving(batch)) continue
      if (this.#hasQuota(batch.sizeBytes)) void this.#sendLeaving(batch)
      else if (!this.#beacon(batch) && !this.#keepLeaving(batch)) this.add(batch.spans)
    }
    // Should the page only be hidden.
    void this.flush()
  }

  /** The network is gone: should the page go next, there is no time to open anything. */
  prepare(): void {
    if (this.#mayDeliver()) this.#store?.open()
  }

  /** The network is back: no more waiting, unless the collector asked for it. */
  retryNow(): void {
    if (!this.#isTold) this.#notBefore = 0
    void this.flush()
  }

  /** Forgets everything, here and in the store. */
  async clear(): Promise<void> {
    this.#takeAll()
    this.#mortal.clear()
    await deleteStored()
  }

  async #sendAll(): Promise<void> {
    // Tried even when the browser says that it is offline: a collector on this machine can be reached all the same.
    do {
      while (performance.now() >= this.#notBefore) {
        const batch = this.#takeBatch()
        if (!batch) break
        const result = await this.#send(batch)
        if (result) this.#settle(batch.spans.length, result, batch)
      }
      if (performance.now() < this.#notBefore) await this.#spill()
      // The store may have taken so long to take nothing that the back-off is over.
    } while (this.#waiting[0] && performance.now() >= this.#notBefore)
    // New spans never wait for old ones: a store can be slow, or hang in another tab's hands.
    this.#sendStored()
  }

  /** Memory goes with the page; the store does not. */
  async #spill(): Promise<void> {
    while (this.#store) {
      const batch = this.#takeBatch()
      if (!batch) return
      this.#mortal.add(batch)
      const evicted = await this.#store.put(batch, this.#target.globals)
      const isHere = this.#mortal.delete(batch)
      this.#storeFails = evicted === undefined
      if (evicted === undefined) {
        if (isHere) this.#putBack(batch)
        return
      }
      this.drop(evicted, 'evicted')
      this.#stored += batch.spans.length
    }
  }

  #sendStored(): void {
    void this.#store?.drain({
      target: this.#target,
      maySend: () => performance.now() >= this.#notBefore && this.#mayDeliver(),
      onResult: (count, result) => this.#settle(count, result),
      onExpired: (count) => this.drop(count, 'expired'),
    })
  }

  /** Sends a batch compressed; without a result when the page went meanwhile and took it along. */
  async #send(batch: Batch): Promise<SendResult | undefined> {
    this.#mortal.add(batch)
    const compressed = await compress(batch.body, this.#target)
    if (!this.#mortal.has(batch)) return undefined
    const sizeBytes = compressed?.byteLength ?? batch.sizeBytes
    // Whoever leaves now leaves nothing behind. After a failure the quota may have been the reason.
    const keepalive = this.#failures === 0 && this.#hasQuota(sizeBytes)
    if (keepalive) this.#mortal.delete(batch)
    const result = await this.#post(compressed ?? batch.body, sizeBytes, {
      isCompressed: compressed !== undefined,
      keepalive,
    })
    return keepalive || this.#mortal.delete(batch) ? result : undefined
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

  #keepLeaving(batch: Batch): boolean {
    if (!this.#mayDeliver() || !this.#mayStore || !keepUnsent(batch)) return false
    this.#stored += batch.spans.length
    return true
  }

  /**
   * Beacons cannot carry the headers that some collectors ask for, and do not tell when another origin refuses the
   * credentials that they bring.
   */
  #beacon(batch: Batch): boolean {
    const { endpoint, headers } = this.#target
    if (Object.keys(headers).length > 0 || !endpoint.startsWith(`${location.origin}/`)) return false
    const body = new Blob([batch.body], { type: 'application/json' })
    if (!navigator.sendBeacon?.(endpoint, body)) return false
    this.#sent += batch.spans.length
    return true
  }

  #settle(count: number, result: SendResult, batch?: Batch): void {
    this.#lastFailure = result.reason ?? this.#lastFailure
    if (result.outcome === 'sent') {
      const { rejected = 0 } = result
      this.#failures = 0
      this.#sent += count - rejected
      this.drop(rejected, 'refused')
      return
    }
    if (result.outcome === 'refused') {
      this.drop(count, 'refused')
      if (result.gone) this.#onGone()
      return
    }
    if (batch) this.#putBack(batch)
    // Offline tells nothing about the collector.
    if (navigator.onLine || this.#failures < SHORT_FAILURES) this.#failures++
    this.#isTold = result.retryAfterMillis !== undefined
    const waitMillis = backOffMillis(this.#failures, result.retryAfterMillis)
    this.#notBefore = performance.now() + waitMillis
    const { setTimeout, clearTimeout } = this.#target.globals
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => void this.flush(), waitMillis + 1)
  }

  /** Counts spans that never arrive. */
  drop(count: number, reason: DropReason): void {
    if (count === 0) return
    this.#dropped += count
    this.#droppedUntold += count
    this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count
  }

  /** Before all that waits: it is older. */
  #putBack({ spans }: Batch): void {
    if (!this.#mayDeliver()) return
    const newer = this.#takeAll()
    this.add(spans)
    this.add(newer)
  }

  #takeBatch(): Batch | undefined {
    const [batch, ...rest] = packBatches(this.#resource, this.#takeAll(), BATCH_BYTES)
    for (const { spans } of rest) this.add(spans)
    return batch
  }

  #takeAll(): EncodedSpan[] {
    this.#waitingBytes = 0
    return this.#waiting.splice(0)
  }
}
