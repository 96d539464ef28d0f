import { flushCompileCache } from 'node:module'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Answer } from '../http/answer.ts'
import { openForReading } from '../store/database/database.ts'
import { describeFailure } from '../store/database/explain-failure.ts'
import { createQueryStore } from '../store/read/query-store.ts'
import { answerQuery, isViewerPath } from './answer-query.ts'
import { createInterrupt, Interrupted, type InterruptReason } from './interrupt.ts'
import {
  FLAGS,
  type FromWorker,
  type Query,
  type QueryFailure,
  type ToWorker,
  type WorkerStart,
} from './messages.ts'

const CHUNK_LENGTH = 131_072
const MAX_SENDING_MILLIS = 60_000
const MAX_PAUSE_MILLIS = 1_000
const ATTEMPTS = 5
const INTERRUPTIONS: Readonly<Record<InterruptReason, string>> = {
  time: 'the search took too long: choose a service or a shorter time',
  writer:
    'the search was stopped because it blocked the storing of spans: try again, or choose a service or a shorter time',
  client: 'the client has disconnected',
}

if (parentPort) {
  startWorker(parentPort, workerData as WorkerStart)
  flushCompileCache()
}

/**
 * Answers queries with the database connection of this thread. Several queries are answered at once, chunk by chunk.
 */
function startWorker(port: MessagePort, { path, flags }: WorkerStart): void {
  const open = () => {
    const database = openForReading(path)
    return { interrupt: createInterrupt(database), store: createQueryStore(database) }
  }
  let opened: ReturnType<typeof open> | undefined
  /** Resolvers by slot, called when the client has received the most recent chunk: the chunks of a query are sent one by one. */
  const taken = new Map<number, () => void>()
  const encoder = new TextEncoder()
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

  port.on('message', (message: ToWorker) => {
    if (message.type === 'start') void serve(message)
    else taken.get(message.slot)?.()
  })

  async function serve({ slot, query, maxMillis }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
    let deadline = performance.now() + maxMillis
    /** Runs one part of a read. Each part is at most one transaction. */
    const part = <Result>(read: (store: ReturnType<typeof open>['store']) => Result): Result => {
      opened ??= open()
      const { interrupt, store } = opened
      // Blocks while the writer has paused the reads to truncate SQLite's log.
      Atomics.wait(flags, FLAGS.pause, 1, MAX_PAUSE_MILLIS)
      const writer = Atomics.load(flags, FLAGS.writer)
      const check = () => {
        if (Atomics.load(flags, slot) !== 0) throw new Interrupted('client')
        if (Atomics.load(flags, FLAGS.writer) !== writer) throw new Interrupted('writer')
        if (performance.now() > deadline) throw new Interrupted('time')
      }
      return interrupt.during(check, () => read(store))
    }
    try {
      const { status, headers, body } = isViewerPath(query.path)
        ? await answerViewer(query)
        : retryInterrupted(() => part((store) => answerQuery(query, store)))
      const pieces = body[Symbol.iterator]()
      let chunk = part(() => nextChunk(pieces))
      post({ type: 'head', slot, status, headers })
      deadline = performance.now() + MAX_SENDING_MILLIS
      for (; chunk !== ''; chunk = part(() => nextChunk(pieces))) {
        const bytes = encoder.encode(chunk)
        const isTaken = new Promise<void>((resolve) => taken.set(slot, resolve))
        post({ type: 'chunk', slot, bytes }, [bytes.buffer])
        await isTaken
      }
      post({ type: 'end', slot })
    } catch (error) {
      const failure = toFailure(path, error)
      if (failure.reason === 'error')
        console.error(`GET ${query.path} failed: ${failure.message}`, stackOf(error))
      post({ type: 'failed', slot, failure })
    } finally {
      taken.delete(slot)
    }
  }
}

/** The bundler is loaded only for the viewer, not for the first search. */
async function answerViewer({ path, ifNoneMatch }: Query): Promise<Answer> {
  const { createViewerFiles } = await import('./viewer-files.ts')
  const { body, ...file } = (await createViewerFiles()).read(path, ifNoneMatch)
  return { ...file, body: [body] }
}

/** Repeats a read that was interrupted because a writer had to wait. */
function retryInterrupted<Result>(read: () => Result): Result {
  for (let attempt = 1; ; attempt++) {
    try {
      return read()
    } catch (error) {
      const isInterruptedByWriter = error instanceof Interrupted && error.reason === 'writer'
      if (!isInterruptedByWriter || attempt === ATTEMPTS) throw error
    }
  }
}

/** The message of a database error is sufficient, so its stack is not printed. */
function stackOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? '' : error
}

function toFailure(path: string, error: unknown): QueryFailure {
  if (!(error instanceof Interrupted)) return { reason: 'error', message: describeFailure(path, error) }
  return { reason: error.reason, message: INTERRUPTIONS[error.reason] }
}

/** Joins the next pieces to a chunk of about `CHUNK_LENGTH`. Returns an empty string at the end. */
function nextChunk(pieces: Iterator<string>): string {
  let chunk = ''
  while (chunk.length < CHUNK_LENGTH) {
    const { value, done } = pieces.next()
    if (done) break
    chunk += value
  }
  return chunk
}
