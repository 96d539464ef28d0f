import { type Around, type Arounds, shadow } from '../../core/shadow.ts'
import { addBranch, type Branch, giveUp, type ReceivedBody, release, withoutBranch } from './branch.ts'

/** Follows a stream of a body by shadowing its methods. */
export function attachStream(branch: Branch, stream: ReadableStream): void {
  branch.stream = stream
  addBranch(branch)
  shadow(stream, branch, STREAM_METHODS)
}

/**
 * Counts a read as pending until it has settled. The caller gets a promise derived from the runtime's promise, so that a
 * rejection that the caller does not handle is reported as unhandled.
 */
export function until<Value>(
  body: ReceivedBody,
  result: unknown,
  onValue: (value: Value) => void,
  onError?: (error: unknown) => void,
): unknown {
  body.pending++
  return (result as PromiseLike<Value>).then(
    (value) => {
      body.pending--
      body.readMillis = body.now()
      onValue(value)
      return value
    },
    (error) => {
      body.pending--
      onError?.(error)
      throw error
    },
  )
}

const iterate: Around<ReadableStream, Branch> = (call, branch, _, [options]) => {
  const iterator = call() as AsyncIterator<unknown>
  branch.reader = iterator
  if ((options as { preventCancel?: boolean } | undefined)?.preventCancel) keepOpen.add(iterator)
  shadow(iterator, branch, ITERATOR_METHODS)
  return iterator
}

/** Iterators whose `return()` does not cancel the stream. */
const keepOpen = new WeakSet<object>()

const STREAM_METHODS: Arounds<ReadableStream, Branch> = {
  getReader(call, branch, stream) {
    const reader = call() as ReadableStreamDefaultReader
    const { body } = branch
    branch.reader = reader
    shadow(reader, branch, READER_METHODS)
    // https://streams.spec.whatwg.org/#default-reader-closed: a rejection of `closed` counts as handled.
    reader.closed.then(
      // `cancel()` resolves `closed` too, but other branches may still be read.
      () => body.branches.includes(branch) && body.finish(),
      (error) => {
        // `releaseLock()` rejects `closed` too.
        if (branch.reader === reader && stream.locked) body.finish(error)
        else release(branch, reader)
      },
    )
    return reader
  },
  tee(call, branch) {
    const halves = call() as ReadableStream[]
    const { body } = branch
    body.branches = withoutBranch(branch)
    for (const stream of halves) attachStream({ body }, stream)
    return halves
  },
  cancel(call, branch, stream) {
    if (!stream.locked) giveUp(branch)
    return call()
  },
  values: iterate,
  [Symbol.asyncIterator]: iterate,
  pipeTo(call, branch, stream, [writable, options]) {
    // The runtime rejects such a call, and does not lock the stream.
    if (stream.locked || (writable as WritableStream | undefined)?.locked !== false) return call()
    const { body } = branch
    const pipe = {}
    branch.reader = pipe
    return until(
      body,
      call(),
      () => body.finish(),
      (error) => {
        if ((options as StreamPipeOptions | undefined)?.preventCancel) release(branch, pipe)
        else giveUp(branch, error)
      },
    )
  },
  pipeThrough(call, _, stream, [pair, options]) {
    const { readable, writable } = (pair ?? {}) as Partial<ReadableWritablePair>
    const { signal } = (options ?? {}) as StreamPipeOptions
    const isValid = readable && writable?.locked === false && !stream.locked
    if (!isValid || (signal && !(signal instanceof AbortSignal))) return call()
    // https://streams.spec.whatwg.org/#rs-pipe-through: a `pipeTo` whose promise counts as handled.
    stream.pipeTo(writable, options as StreamPipeOptions).catch(() => {})
    return readable
  },
}

// Records the time of the last read. The end of the stream is detected by `closed`.
const read: Around<object, Branch> = (call, { body }) => until(body, call(), () => {})

const READER_METHODS: Arounds<ReadableStreamDefaultReader, Branch> = {
  read,
  readAtLeast: read,
  cancel(call, branch, reader) {
    if (branch.reader === reader) giveUp(branch)
    return call()
  },
}

const ITERATOR_METHODS: Arounds<AsyncIterator<unknown>, Branch> = {
  next: (call, branch, iterator) =>
    until<IteratorResult<unknown>>(
      branch.body,
      call(),
      ({ done }) => {
        if (done && branch.reader === iterator) branch.body.finish()
      },
      (error) => branch.body.finish(error),
    ),
  return(call, branch, iterator) {
    if (branch.reader === iterator) {
      if (keepOpen.has(iterator)) release(branch, iterator)
      else giveUp(branch)
    }
    return call()
  },
}
