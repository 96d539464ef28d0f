import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  FLAGS,
  type FromWorker,
  type Query,
  type QueryFailure,
  SLOTS,
  type ToWorker,
  type WorkerStart,
} from './messages.ts'

const MAX_WORKERS = 2
const MAX_WAITING = 500
/** Time limit from the request to the first byte of the response. */
const MAX_QUERY_MILLIS = 10_000
const IDLE_MILLIS = 30_000
const MAX_HEAP_MEGABYTES = 96

/** Receives the response of a query. */
interface AnswerSink {
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Receives a chunk. Calls `next` when it is ready for another one. */
  chunk(bytes: Uint8Array<ArrayBuffer>, next: () => void): void
  end(): void
  /** Called in place of `head`, or after it when the rest of the response will not come. */
  fail(failure: QueryFailure): void
}

/** Answers queries in worker threads, so that reads do not block the event loop of the receiver. */
export interface QueryPool {
  /** Answers a query. Returns a function that cancels it, for a client that has disconnected. */
  answer(query: Query, sink: AnswerSink): () => void
  /**
   * Ends the reads that prevent a checkpoint of the write-ahead log. New reads wait until the returned function is
   * called.
   */
  pauseReads(): () => void
  close(): Promise<void>
}

interface Job {
  readonly query: Query
  readonly sink: AnswerSink
  readonly deadlineMillis: number
}

// `.ts` in the repository, `.js` in the published package.
const WORKER = new URL(`./query-worker${extname(import.meta.url)}`, import.meta.url)

/** A worker thread, and its jobs by slot. */
interface PoolWorker {
  readonly worker: Worker
  readonly flags: Int32Array<SharedArrayBuffer>
  readonly jobs: Map<number, Job>
  idle: ReturnType<typeof setTimeout> | undefined
}

/** Creates the pool for the database file at `path`. Threads are started on demand. */
export function createQueryPool(path: string): QueryPool {
  const workers = new Set<PoolWorker>()
  const waiting = new Set<Job>()
  let isClosed = false

  function startWorker(): PoolWorker {
    const flags = new Int32Array(new SharedArrayBuffer(4 * (SLOTS + 2)))
    const worker = new Worker(WORKER, {
      workerData: { path, flags } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES, maxYoungGenerationSizeMb: 2 },
    })
    const started: PoolWorker = { worker, flags, jobs: new Map(), idle: undefined }
    worker.unref()
    worker.on('message', (message: FromWorker) => receive(started, message))
    worker.on('error', (error) => console.error('a thread for queries failed:', error.message))
    worker.on('exit', () => {
      workers.delete(started)
      clearTimeout(started.idle)
      for (const { sink } of started.jobs.values()) {
        sink.fail({
          reason: 'error',
          message: 'the thread of this query ended: choose a service or a shorter time',
        })
      }
      if (!isClosed) dispatch()
    })
    workers.add(started)
    return started
  }

  /**
   * Returns the worker with the fewest jobs. Starts another one if all of them are busy and the maximum is not reached.
   */
  function freeWorker(): PoolWorker | undefined {
    const [least] = [...workers].sort((a, b) => a.jobs.size - b.jobs.size)
    if (!least || (least.jobs.size > 0 && workers.size < MAX_WORKERS)) return startWorker()
    return least.jobs.size < SLOTS ? least : undefined
  }

  function dispatch(): void {
    for (const job of waiting) {
      if (performance.now() > job.deadlineMillis) {
        waiting.delete(job)
        job.sink.fail({ reason: 'busy', message: 'other queries took too long: try again later' })
        continue
      }
      const pooled = freeWorker()
      if (!pooled) return
      waiting.delete(job)
      start(pooled, job)
    }
  }

  function start(pooled: PoolWorker, job: Job): void {
    const slot =
      Array.from({ length: SLOTS }, (_, index) => index).find((index) => !pooled.jobs.has(index)) ?? 0
    clearTimeout(pooled.idle)
    pooled.jobs.set(slot, job)
    Atomics.store(pooled.flags, slot, 0)
    const maxMillis = job.deadlineMillis - performance.now()
    send(pooled, { type: 'start', slot, query: job.query, maxMillis })
  }

  function receive(pooled: PoolWorker, message: FromWorker): void {
    const { slot } = message
    const job = pooled.jobs.get(slot)
    if (message.type === 'head') job?.sink.head(message.status, message.headers)
    else if (message.type === 'chunk') {
      const next = () => send(pooled, { type: 'next', slot })
      if (job) job.sink.chunk(message.bytes, next)
      else next()
    } else {
      pooled.jobs.delete(slot)
      if (message.type === 'end') job?.sink.end()
      else job?.sink.fail(message.failure)
      if (pooled.jobs.size === 0) {
        pooled.idle = setTimeout(() => void pooled.worker.terminate(), IDLE_MILLIS)
        pooled.idle.unref()
      }
      dispatch()
    }
  }

  function send({ worker }: PoolWorker, message: ToWorker): void {
    worker.postMessage(message)
  }

  return {
    answer(query, sink) {
      if (isClosed || waiting.size >= MAX_WAITING) {
        sink.fail({
          reason: 'busy',
          message: isClosed
            ? 'the collector is shutting down'
            : 'too many queries are waiting: try again later',
        })
        return () => undefined
      }
      const job = { query, sink, deadlineMillis: performance.now() + MAX_QUERY_MILLIS }
      waiting.add(job)
      dispatch()
      return () => {
        waiting.delete(job)
        for (const pooled of workers) {
          for (const [slot, running] of pooled.jobs) {
            if (running !== job) continue
            Atomics.store(pooled.flags, slot, 1)
            send(pooled, { type: 'next', slot })
          }
        }
      }
    },
    pauseReads() {
      const paused = [...workers].map(({ flags }) => flags)
      for (const flags of paused) {
        Atomics.store(flags, FLAGS.pause, 1)
        Atomics.add(flags, FLAGS.writer, 1)
      }
      return () => {
        for (const flags of paused) {
          Atomics.store(flags, FLAGS.pause, 0)
          Atomics.notify(flags, FLAGS.pause)
        }
      }
    },
    async close() {
      isClosed = true
      for (const { sink } of waiting) sink.fail({ reason: 'busy', message: 'the collector is shutting down' })
      waiting.clear()
      await Promise.all([...workers].map(({ worker }) => worker.terminate()))
    },
  }
}
