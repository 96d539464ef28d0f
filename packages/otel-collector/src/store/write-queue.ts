import type { TraceRequest } from '@throughline/otel-shared'

const BATCH_DELAY_MILLIS = 5
const MAX_BATCH_SPANS = 5_000
const FIRST_RETRY_MILLIS = 20
const LAST_RETRY_MILLIS = 1_000
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6

/** Why a request was not stored; the sender may try again after `retryAfterSeconds`. */
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
  /** Spans that may wait at once. A single larger request is taken when nothing else waits. */
  readonly maxSpans: number
  /** How long a request may wait for a locked database. */
  readonly maxWaitMillis: number
}

/** Gathers requests into transactions. */
export interface WriteQueue {
  /** Resolves when the request is committed; rejects with a `NotStoredError` when it is not and will not be. */
  add(request: TraceRequest, spanCount: number): Promise<void>
  /** Writes what waits, and takes no more. */
  close(): void
}

interface Waiting {
  readonly request: TraceRequest
  readonly spanCount: number
  readonly deadlineMillis: number
  readonly resolve: () => void
  readonly reject: (error: NotStoredError) => void
}

/** Makes the queue before `write`, which stores all of a batch or throws. */
export function createWriteQueue(
  write: (requests: readonly TraceRequest[]) => void,
  { maxSpans, maxWaitMillis }: WriteQueueOptions,
): WriteQueue {
  let waiting: Waiting[] = []
  let waitingSpans = 0
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
    } catch (error) {
      if (isLocked(error) && !isClosed) retryLater()
      else take(batch.length, (entry) => entry.reject(cannotWrite(error)))
      return
    }
    retryMillis = FIRST_RETRY_MILLIS
    take(batch.length, (entry) => entry.resolve())
  }

  /** Another process holds the database: what has waited too long is given back, the rest waits on. */
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
      settle(entry)
    }
    if (waiting.length > 0 && !isClosed) schedule(0)
  }

  return {
    async add(request, spanCount) {
      if (isClosed) throw new NotStoredError('unavailable', 'the collector is shutting down', 1)
      if (waitingSpans > 0 && waitingSpans + spanCount > maxSpans) {
        throw new NotStoredError('full', `${waitingSpans} spans wait to be written`, 1)
      }
      return new Promise((resolve, reject) => {
        const deadlineMillis = performance.now() + maxWaitMillis
        waiting.push({ request, spanCount, deadlineMillis, resolve, reject })
        waitingSpans += spanCount
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

function isLocked(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

function cannotWrite(error: unknown): NotStoredError {
  const reason = error instanceof Error ? error.message : String(error)
  return new NotStoredError('unavailable', `the database cannot be written: ${reason}`, 5)
}
