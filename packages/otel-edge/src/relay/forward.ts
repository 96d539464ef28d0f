import { backOffMillis, type PostOutcome, type TraceRequest, toKeyValues } from '@throughline/otel-shared'
import { ATTR_DROPPED_SPANS } from '../core/semconv.ts'
import { sleep } from '../core/sleep.ts'
import { DropCount } from '../export/drop-count.ts'
import type { OtlpEndpoint } from '../export/otlp-endpoint.ts'
import { postOtlp } from '../export/post-otlp.ts'
import { splitRequest } from './split-request.ts'

/** The time for an attempt that starts at the deadline. `waitUntil` lasts 30 s after the response. */
const LAST_TRY_MILLIS = 4_000
const FIRST_BACKOFF_MILLIS = 500
const MAX_BACKOFF_MILLIS = 8_000
/** The pause when the collector did not send `Retry-After`. */
export const DEFAULT_RETRY_MILLIS = 5_000
/** https://developers.cloudflare.com/queues/platform/limits/: a message has at most 128 kB. */
const MAX_MESSAGE_LENGTH = 40_000

export interface ForwardTarget {
  readonly endpoint: OtlpEndpoint
  readonly overflowQueue?: Pick<Queue, 'send'> | undefined
}

// Cache: the time until which each collector is busy, by its address. A past time has no effect.
const busyUntil = new Map<string, number>()

// Cache: the number of spans that could not be delivered, by the address of the collector, until the count is delivered.
const undelivered = new Map<string, DropCount>()

/** The milliseconds until the collector accepts batches again; 0 if it is not known to be busy. */
export function busyMillis({ url }: OtlpEndpoint): number {
  return Math.max((busyUntil.get(url) ?? 0) - Date.now(), 0)
}

/** Posts a batch once. Never throws. */
export async function forwardOnce(endpoint: OtlpEndpoint, request: TraceRequest): Promise<PostOutcome> {
  const { url, encodeProtobuf } = endpoint
  // The count is a resource attribute, so a batch without a resource cannot contain it.
  const droppedSpans = request.resourceSpans.length === 0 ? 0 : (undelivered.get(url)?.take() ?? 0)
  const counted = droppedSpans === 0 ? request : withDroppedSpans(request, droppedSpans)
  const outcome = await postOtlp(
    endpoint,
    () => encodeProtobuf?.(counted) ?? new TextEncoder().encode(JSON.stringify(counted)),
  )
  if (outcome.outcome === 'sent') {
    busyUntil.delete(url)
    return outcome
  }
  countUndelivered(url, droppedSpans)
  if (outcome.outcome === 'refused') return outcome
  busyUntil.set(url, Date.now() + (outcome.retryAfterMillis ?? DEFAULT_RETRY_MILLIS))
  return outcome
}

/**
 * Posts a batch until the collector has stored it or the time is over. In the latter case, the batch is sent to the overflow
 * queue. Spans that neither accepts are counted.
 */
export async function retryUntil(
  target: ForwardTarget,
  request: TraceRequest,
  untilMillis: number,
): Promise<void> {
  const { endpoint } = target
  for (let attempt = 1; ; attempt++) {
    // The POST times out before the runtime cancels it: spans of a cancelled POST would not be counted as undelivered.
    const leftMillis = Math.max(untilMillis + LAST_TRY_MILLIS - Date.now(), 1)
    const inTime = { ...endpoint, timeoutMillis: Math.min(endpoint.timeoutMillis, leftMillis) }
    const outcome = await forwardOnce(inTime, request)
    if (outcome.outcome === 'sent') return countUndelivered(endpoint.url, outcome.rejectedCount ?? 0)
    if (outcome.outcome === 'refused') break
    // With jitter, so that the isolates do not retry at the same time.
    const backoffMillis = backOffMillis(attempt, FIRST_BACKOFF_MILLIS, MAX_BACKOFF_MILLIS)
    const pauseMillis = Math.max(outcome.retryAfterMillis ?? 0, backoffMillis)
    const restMillis = untilMillis - Date.now()
    // With a queue, a batch that could take too long is sent there. Without one, the last attempt is as late as possible.
    if (target.overflowQueue ? pauseMillis + endpoint.timeoutMillis > restMillis : restMillis <= 0) {
      const unqueued = await sendToQueue(target, request)
      return unqueued && countUndelivered(endpoint.url, countSpans(unqueued))
    }
    await sleep(Math.min(pauseMillis, restMillis))
  }
  countUndelivered(endpoint.url, countSpans(request))
}

/**
 * Sends a batch to the overflow queue, in messages up to the size limit. Returns the spans that the queue did not accept:
 * `undefined` if it accepted all, the batch itself if it accepted none or there is no queue.
 */
export async function sendToQueue(
  { overflowQueue }: ForwardTarget,
  request: TraceRequest,
): Promise<TraceRequest | undefined> {
  if (!overflowQueue) return request
  const parts = splitRequest(request, MAX_MESSAGE_LENGTH)
  for (const [index, part] of parts.entries()) {
    try {
      await overflowQueue.send(JSON.stringify(part), { contentType: 'text' })
    } catch {
      if (index === 0) return request
      return { resourceSpans: parts.slice(index).flatMap(({ resourceSpans }) => resourceSpans) }
    }
  }
  return undefined
}

/** Counts spans that could not be delivered to an address. */
export function countUndelivered(url: string, count: number): void {
  if (count === 0) return
  const drops = undelivered.get(url) ?? new DropCount()
  drops.add(count)
  undelivered.set(url, drops)
}

/** The number of spans in a batch. */
export function countSpans({ resourceSpans }: TraceRequest): number {
  return resourceSpans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((count, { spans }) => count + spans.length, 0),
    0,
  )
}

/** Adds the count to the first resource. Readers of the attribute sum up the values of all resources. */
function withDroppedSpans({ resourceSpans }: TraceRequest, droppedSpans: number): TraceRequest {
  const [first, ...others] = resourceSpans
  if (!first) return { resourceSpans }
  const own = first.resource.attributes.find(({ key }) => key === ATTR_DROPPED_SPANS)
  const total = droppedSpans + Number(own?.value.intValue ?? 0)
  const attributes = [
    ...first.resource.attributes.filter((attribute) => attribute !== own),
    ...toKeyValues({ [ATTR_DROPPED_SPANS]: total }),
  ]
  return { resourceSpans: [{ ...first, resource: { ...first.resource, attributes } }, ...others] }
}
