import type { TraceRequest } from '@throughline/otel-shared'
import { isLocked } from '../database/explain-failure.ts'

const BATCH_DELAY_MILLIS = 5
const MAX_BATCH_SPANS = 5_000
const FIRST_RETRY_MILLIS = 20
const LAST_RETRY_MILLIS = 1_000

/** The error for a request that was not stored. The sender may retry after `retryAfterSeconds`. */
export class NotStoredError extends Error {
  readonly reason: 'full' | 'unavailable'
  readonly retryAfterSeconds: number

  constructor(reason: 'full' | 'unavailable', message: string, retryAfterSeconds: number) {
    super(message)
    this.name = 'NotStoredError'
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface WriteQueueOptions {
  /** The maximum number of waiting spans. A larger request is accepted when nothing else waits. */
  readonly maxSpans: number
  /** The maximum size of the waiting request bodies. A larger one is accepted when nothing else waits. */
  readonly maxBytes: number
  /** How long a request may wait for a locked database. */
  readonly maxWaitMillis: number
  /** Describes a database error, with advice. */
  readonly describe: (error: unknown) => string
}

/** Batches requests into transactions. */
export interface WriteQueue {
  /** Resolves when the request is committed. Rejects with a `NotStoredError` when it will not be stored. */
  add(request: TraceRequest, spanCount: number, sizeBytes: number): Promise<void>
  /** Writes the waiting requests and accepts no more. */
  close(): void
}

interface Waiting {
  readonly request: TraceRequest
  readonly spanCount: number
  readonly sizeBytes: number
  readonly deadlineMillis: number
  readonly resolve: () => void
  readonly reject: (error: NotStoredError) => void
}

/** Creates a queue for `write`. `write` stores a whole batch, or throws when the whole batch has to be repeated. */
export function createWriteQueue(
  write: (requests: readonly TraceRequest[]) => void,
  { maxSpans, maxBytes, maxWaitMillis, describe }: WriteQueueOptions,
): WriteQueue {
  let waiting: Waiting[] = []
  let waitingSpans = 0
  let waitingBytes = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMillis = FIRST_RETRY_MILLIS
  let isClosed = false

  function schedule(delayMillis: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      flush()
    }, delayMillis)
  }

  function flush(): void {
    const batch = firstBatch(waiting)
    if (batch.length === 0) return
    try {
      write(batch.map(({ request }) => request))
      retryMillis = FIRST_RETRY_MILLIS
      take(batch.length, (entry) => entry.resolve())
    } catch (error) {
      if (isLocked(error) && !isClosed) {
        retryLater()
        return
      }
      take(batch.length, (entry) => entry.reject(new NotStoredError('unavailable', describe(error), 5)))
    }
    if (waiting.length > 0 && !isClosed) schedule(0)
  }

  /**
   * The database is locked by another process. Rejects the requests that have waited too long. The others are retried.
   */
  function retryLater(): void {
    const now = performance.now()
    const expired = waiting.findIndex((entry) => entry.deadlineMillis > now)
    take(expired === -1 ? waiting.length : expired, (entry) =>
      entry.reject(new NotStoredError('unavailable', 'the database is locked by another process', 1)),
    )
    if (waiting.length > 0) schedule(retryMillis)
    retryMillis = Math.min(retryMillis * 2, LAST_RETRY_MILLIS)
  }

  function take(count: number, settle: (entry: Waiting) => void): void {
    const taken = waiting.slice(0, count)
    waiting = waiting.slice(count)
    for (const entry of taken) {
      waitingSpans -= entry.spanCount
      waitingBytes -= entry.sizeBytes
      settle(entry)
    }
  }

  return {
    async add(request, spanCount, sizeBytes) {
      if (isClosed) throw new NotStoredError('unavailable', 'the collector is shutting down', 1)
      const isFull = waitingSpans + spanCount > maxSpans || waitingBytes + sizeBytes > maxBytes
      if (waitingSpans > 0 && isFull) {
        throw new NotStoredError('full', `${waitingSpans} spans wait to be written`, 1)
      }
      return new Promise((resolve, reject) => {
        const deadlineMillis = performance.now() + maxWaitMillis
        waiting.push({ request, spanCount, sizeBytes, deadlineMillis, resolve, reject })
        waitingSpans += spanCount
        waitingBytes += sizeBytes
        schedule(BATCH_DELAY_MILLIS)
      })
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      while (waiting.length > 0) flush()
    },
  }
}

function firstBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  let spans = 0
  const end = waiting.findIndex((entry) => {
    spans += entry.spanCount
    return spans > MAX_BATCH_SPANS
  })
  return end === -1 ? waiting : waiting.slice(0, Math.max(end, 1))
}
