import { guarded } from '../platform/guarded.ts'
import {
  call,
  type Method,
  patchMethod,
  patchProperty,
  type Replacement,
  replace,
} from '../platform/patch.ts'

/**
 * Called once, when the body ends: without an error when it was read completely or cancelled, with one when it failed.
 */
export type OnBodyEnd = (error?: unknown) => void

const READERS = ['json', 'text', 'arrayBuffer', 'blob', 'formData', 'bytes'] as const

/**
 * Detects the end of a body from the code that reads it: the body is not cloned or drained, and can still be cancelled.
 * The reading methods are patched on their prototypes and look up whether the response or stream is watched.
 */
export class BodyWatcher {
  readonly #watched = new WeakMap<object, OnBodyEnd>()
  readonly #touched = new WeakSet<OnBodyEnd>()
  readonly #restores: (() => void)[] = []

  /** True when the page has started to read a watched body or has obtained its stream. */
  isTouched(response: Response): boolean {
    const onEnd = this.#watched.get(response)
    return response.bodyUsed || (onEnd !== undefined && this.#touched.has(onEnd))
  }

  watch(response: Response, onEnd: OnBodyEnd): void {
    this.#watched.set(response, onEnd)
  }

  enable(): void {
    const watched = this.#watched
    const ends = (onEnd: OnBodyEnd, result: unknown, onFailure: OnBodyEnd): unknown => {
      if (!(result instanceof Promise)) return result
      // The derived promise is returned to the page. A reaction on the original promise would mark it as handled and
      // hide an unhandled rejection of the page.
      return result.then(
        (value) => {
          onEnd()
          return value
        },
        (error) => {
          guarded(() => onFailure(error))
          throw error
        },
      )
    }

    for (const name of READERS) {
      this.#patch(Response.prototype, name, (stock, response, args) => {
        // A second read of the same body is rejected. That is not the end of the first read.
        const onEnd = watched.get(response as Response)
        const isFirst = onEnd && !(response as Response).bodyUsed
        const result = call(stock, response, args)
        if (!isFirst) return result
        return ends(onEnd, result, (error) => {
          // Reading a locked body is rejected, too, but leaves it unused. A SyntaxError means that the body arrived but
          // is not JSON.
          if ((response as Response).bodyUsed) onEnd(error instanceof SyntaxError ? undefined : error)
        })
      })
    }
    this.#patch(Response.prototype, 'clone', (stock, response, args) =>
      this.#follow(response, call(stock, response, args)),
    )
    this.#restores.push(
      patchProperty(Response.prototype, 'body', ({ get, ...own }) =>
        get
          ? { ...own, get: replace(get, (stock, self) => this.#follow(self, call(stock, self, []))) }
          : undefined,
      ),
    )

    const streams = ReadableStream.prototype
    this.#patch(streams, 'getReader', (stock, stream, args) => {
      const reader = call(stock, stream, args)
      const onEnd = watched.get(stream as ReadableStream)
      if (onEnd) whenReaderCloses(reader as ReadableStreamDefaultReader, onEnd)
      return reader
    })
    for (const name of ['pipeTo', 'cancel'] as const) {
      this.#patch(streams, name, (stock, stream, args) => {
        const onEnd = watched.get(stream as ReadableStream)
        if (!onEnd || (stream as ReadableStream).locked) return call(stock, stream, args)
        return ends(onEnd, call(stock, stream, args), (error) => {
          // `closed` tells whether the stream failed or was cancelled, for instance by a signal or a failing sink. If
          // it is pending, the stream can still be read by another reader.
          const reader = (stream as ReadableStream).getReader()
          const { closed } = reader
          reader.releaseLock()
          closed.then(
            () => onEnd(),
            (reason) => reason === error && onEnd(error),
          )
        })
      })
    }
    this.#patch(streams, 'pipeThrough', (stock, stream, args) => {
      const onEnd = watched.get(stream as ReadableStream)
      const pair = args[0] as ReadableWritablePair | undefined
      if (!onEnd || typeof pair !== 'object' || !pair) return call(stock, stream, args)
      const { readable, writable } = pair
      // The platform throws for arguments that cannot be piped.
      if (
        !(readable instanceof ReadableStream && writable instanceof WritableStream) ||
        writable.locked ||
        (stream as ReadableStream).locked
      ) {
        return call(stock, stream, [{ readable, writable }, args[1]])
      }
      // The standard also ignores this rejection: the reader of the other end receives the error.
      ;(stream as ReadableStream).pipeTo(writable, args[1] as StreamPipeOptions).catch(() => {})
      return readable
    })
    this.#patch(streams, 'tee', (stock, stream, args) => {
      const branches = call(stock, stream, args) as [ReadableStream, ReadableStream]
      this.#follow(stream, branches[0])
      this.#follow(stream, branches[1])
      return branches
    })
    for (const name of ['values', Symbol.asyncIterator] as const) {
      this.#patch(streams, name, (stock, stream, args) => this.#follow(stream, call(stock, stream, args)))
    }
    this.#watchIterators()
  }

  disable(): void {
    for (const restore of this.#restores.splice(0).reverse()) restore()
  }

  #follow<T>(from: unknown, to: T): T {
    const onEnd = this.#watched.get(from as object)
    if (onEnd && typeof to === 'object' && to !== null) {
      this.#watched.set(to, onEnd)
      this.#touched.add(onEnd)
    }
    return to
  }

  /** The methods of stream iterators are on an unnamed prototype. */
  #watchIterators(): void {
    const { values } = ReadableStream.prototype as { values?: () => object }
    if (!values) return
    const prototype = Object.getPrototypeOf(call(values as Method, new ReadableStream(), []))
    const next = (onEnd: OnBodyEnd, result: unknown) =>
      (result as Promise<IteratorResult<unknown>>).then(
        (step) => {
          if (step.done) onEnd()
          return step
        },
        (error) => {
          onEnd(error)
          throw error
        },
      )
    this.#patch(prototype, 'next', (stock, iterator, args) => {
      const onEnd = this.#watched.get(iterator as object)
      const result = call(stock, iterator, args)
      return onEnd ? next(onEnd, result) : result
    })
    this.#patch(prototype, 'return', (stock, iterator, args) => {
      this.#watched.get(iterator as object)?.()
      return call(stock, iterator, args)
    })
  }

  #patch(prototype: object, name: PropertyKey, replacement: Replacement): void {
    this.#restores.push(patchMethod(prototype, name, replacement))
  }
}

function whenReaderCloses(reader: ReadableStreamDefaultReader, onEnd: OnBodyEnd): void {
  reader.closed.then(
    () => onEnd(),
    // `closed` also rejects when the reader is released. Then the stream is still readable, and `cancel()` rejects with
    // a different error. `cancel()` on a failed stream rejects with the error of the stream.
    (error) =>
      reader.cancel().catch((again) => {
        if (again === error) onEnd(error)
      }),
  )
}
