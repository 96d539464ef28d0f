import { backOffMillis } from './back-off.ts'
import { type Batch, type EncodedSpan, packBatches } from './batches.ts'
import { type SendResult, type SendTarget, send, sendWhileLeaving } from './send.ts'

const BATCH_BYTES = 256_000
/** All keepalive requests and beacons of a page share 64 KiB; the rest is room for the page's own. */
const LEAVING_BYTES = 60_000
const LEAVING_BATCH_BYTES = 30_000
const MAX_WAITING_BYTES = 2_000_000

/** Counts of spans, and why the latest were dropped. */
export interface DeliveryHealth {
  readonly sent: number
  readonly waiting: number
  readonly dropped: number
  readonly lastFailure: string | undefined
}

/** Brings encoded spans to the collector: in order, one request at a time, again after failures, bounded. */
export class Delivery {
  readonly #target: SendTarget
  readonly #resource: string
  #waiting: EncodedSpan[] = []
  #waitingBytes = 0
  #leavingBytes = 0
  #failures = 0
  #notBefore = 0
  #sending: Promise<void> | undefined
  #retryTimer: number | undefined
  #sent = 0
  #dropped = 0
  #lastFailure: string | undefined

  constructor(target: SendTarget, resource: string) {
    this.#target = target
    this.#resource = resource
  }

  health(): DeliveryHealth {
    return {
      sent: this.#sent,
      waiting: this.#waiting.length,
      dropped: this.#dropped,
      lastFailure: this.#lastFailure,
    }
  }

  add(spans: readonly EncodedSpan[]): void {
    for (const span of spans) {
      this.#waiting.push(span)
      this.#waitingBytes += span.sizeBytes
    }
    while (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waitingBytes -= this.#waiting.shift()?.sizeBytes ?? 0
      this.#dropped++
    }
  }

  /** Sends what waits, unless a back-off runs; resolves when that is done or has failed. */
  flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  /** Sends what waits while the page goes, as far as the browser allows. */
  flushLeaving(): void {
    const batches = packBatches(this.#resource, this.#takeAll(), LEAVING_BATCH_BYTES)
    for (const batch of batches) {
      if (this.#leavingBytes + batch.sizeBytes <= LEAVING_BYTES) void this.#sendLeaving(batch)
      else if (!this.#beacon(batch)) this.add(batch.spans)
    }
  }

  /** The network is back: no more waiting. */
  retryNow(): void {
    this.#notBefore = 0
    void this.flush()
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && performance.now() >= this.#notBefore) {
      const [batch, ...rest] = packBatches(this.#resource, this.#takeAll(), BATCH_BYTES)
      if (!batch) return
      for (const { spans } of rest) this.add(spans)
      this.#settle(batch, await send(this.#target, batch.body))
    }
  }

  async #sendLeaving(batch: Batch): Promise<void> {
    this.#leavingBytes += batch.sizeBytes
    const result = await sendWhileLeaving(this.#target, batch.body)
    this.#leavingBytes -= batch.sizeBytes
    this.#settle(batch, result)
  }

  /** Beacons cannot carry the headers that some collectors ask for. */
  #beacon(batch: Batch): boolean {
    if (Object.keys(this.#target.headers).length > 0 || !navigator.sendBeacon) return false
    const body = new Blob([batch.body], { type: 'application/json' })
    if (!navigator.sendBeacon(this.#target.endpoint, body)) return false
    this.#sent += batch.spans.length
    return true
  }

  #settle(batch: Batch, { outcome, reason, retryAfterMillis }: SendResult): void {
    if (outcome === 'sent') {
      this.#failures = 0
      this.#sent += batch.spans.length
      return
    }
    this.#lastFailure = reason
    if (outcome === 'refused') {
      this.#dropped += batch.spans.length
      return
    }
    const newer = this.#takeAll()
    this.add(batch.spans)
    this.add(newer)
    const waitMillis = backOffMillis(++this.#failures, retryAfterMillis)
    this.#notBefore = performance.now() + waitMillis
    const { setTimeout, clearTimeout } = this.#target.globals
    clearTimeout(this.#retryTimer)
    this.#retryTimer = setTimeout(() => void this.flush(), waitMillis + 1)
  }

  #takeAll(): EncodedSpan[] {
    this.#waitingBytes = 0
    return this.#waiting.splice(0)
  }
}
