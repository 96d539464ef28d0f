import { encodeTraceRequestProtobuf, type TraceRequest, toKeyValues } from '@throughline/otel-shared'
import type { WaitUntil } from './invocation.ts'
import { type OtlpReceiver, type PostOutcome, postOtlp } from './otlp-receiver.ts'
import { splitRequest } from './relay-split.ts'
import { ATTR_DROPPED_SPANS } from './semconv.ts'

const BUDGET_MILLIS = 25_000
/** For a try that begins at the end of the budget: the runtime ends everything after 30 s. */
const LAST_TRY_MILLIS = 4_000
const MAX_BACKOFF_MILLIS = 8_000
/** When a collector that did not say is asked again. */
export const DEFAULT_RETRY_MILLIS = 5_000
/** A queue's message holds 128 kB. */
const MAX_MESSAGE_LENGTH = 40_000

export interface ForwardTarget {
  readonly receiver: OtlpReceiver
  readonly overflowQueue?: Pick<Queue, 'send'> | undefined
}

// Until when a collector wants to be left alone. A time, not a state: nothing has to happen for it to end.
const busyUntil = new Map<string, number>()

// Spans that were taken from pages and could not be delivered, until the collector has been told.
const undelivered = new Map<string, number>()

// What is being tried on, and until when at the latest: a runtime that ends a request ends its promises without a word.
let held: readonly { readonly sizeBytes: number; readonly untilMillis: number }[] = []

/** Bytes of batches that are being tried on in this isolate. */
export function heldBytes(): number {
  const now = Date.now()
  held = held.filter(({ untilMillis }) => untilMillis > now)
  return held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** In how many milliseconds this collector takes batches again; 0 when nothing is known against it. */
export function busyMillis({ url }: OtlpReceiver): number {
  return Math.max((busyUntil.get(url) ?? 0) - Date.now(), 0)
}

/** Posts a batch once. Never throws. */
export async function forwardOnce(receiver: OtlpReceiver, request: TraceRequest): Promise<PostOutcome> {
  const { url, protobuf } = receiver
  // Without a resource to put the count on, it waits for the next batch.
  const droppedSpans = request.resourceSpans.length === 0 ? 0 : (undelivered.get(url) ?? 0)
  if (droppedSpans > 0) undelivered.delete(url)
  const counted = droppedSpans === 0 ? request : withDroppedSpans(request, droppedSpans)
  const outcome = await postOtlp(receiver, () =>
    protobuf ? encodeTraceRequestProtobuf(counted) : new TextEncoder().encode(JSON.stringify(counted)),
  )
  if (outcome.result === 'stored') {
    busyUntil.delete(url)
    return outcome
  }
  countUndelivered(url, droppedSpans)
  if (outcome.result === 'refused') return outcome
  busyUntil.set(url, Date.now() + (outcome.retryAfterMillis ?? DEFAULT_RETRY_MILLIS))
  return outcome
}

/**
 * Posts a batch behind the answer's back: again and again for as long as `waitUntil` lasts, then to the queue. What
 * neither takes is counted, and the count sent with what is delivered next.
 *
 * @param sizeBytes what the batch counts for in {@link heldBytes} meanwhile
 */
export function forwardLater(
  target: ForwardTarget,
  request: TraceRequest,
  sizeBytes: number,
  lifetime: WaitUntil,
): void {
  const untilMillis = Date.now() + BUDGET_MILLIS
  lifetime.waitUntil(holding(sizeBytes, untilMillis, tryOn(target, request, untilMillis)))
}

/** Counts bytes as held until what needs them has settled. */
export async function holding<Result>(
  sizeBytes: number,
  untilMillis: number,
  forwarding: Promise<Result>,
): Promise<Result> {
  const entry = { sizeBytes, untilMillis }
  held = [...held, entry]
  try {
    return await forwarding
  } finally {
    held = held.filter((other) => other !== entry)
  }
}

async function tryOn(target: ForwardTarget, request: TraceRequest, untilMillis: number): Promise<void> {
  const { receiver } = target
  for (let attempt = 1; ; attempt++) {
    // Whatever the runtime ends at its own limit is not counted any more.
    const leftMillis = Math.max(untilMillis + LAST_TRY_MILLIS - Date.now(), 1)
    const inTime = { ...receiver, timeoutMillis: Math.min(receiver.timeoutMillis, leftMillis) }
    const outcome = await forwardOnce(inTime, request)
    if (outcome.result === 'stored') return countUndelivered(receiver.url, outcome.rejectedCount)
    if (outcome.result === 'refused') break
    // All isolates that were sent away at once do not come back at once.
    const backoffMillis = Math.min(250 * 2 ** attempt, MAX_BACKOFF_MILLIS) * (0.5 + Math.random() / 2)
    const pauseMillis = Math.max(outcome.retryAfterMillis ?? 0, backoffMillis)
    const restMillis = untilMillis - Date.now()
    // A queue keeps what may take too long; without one there is a last try, as late as can be.
    if (target.overflowQueue ? pauseMillis + receiver.timeoutMillis > restMillis : restMillis <= 0) {
      const unqueued = await sendToQueue(target, request)
      return unqueued && countUndelivered(receiver.url, countSpans(unqueued))
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMillis, restMillis)))
  }
  countUndelivered(receiver.url, countSpans(request))
}

/**
 * Hands a batch to the overflow queue, in messages it can hold. Gives what the queue did not take: `undefined` when it
 * took everything, the batch itself when it took nothing or there is no queue.
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

/** Counts spans as dropped on the way to an address. */
export function countUndelivered(url: string, count: number): void {
  if (count > 0) undelivered.set(url, (undelivered.get(url) ?? 0) + count)
}

/** How many spans there are in a batch. */
export function countSpans({ resourceSpans }: TraceRequest): number {
  return resourceSpans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((count, { spans }) => count + spans.length, 0),
    0,
  )
}

/** On the first resource: whoever reads the attribute adds up what is said of it. */
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
