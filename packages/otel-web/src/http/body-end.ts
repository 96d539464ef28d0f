/** Told once: when the body has come in whole, was cancelled (both without an error), or broke off. */
export type OnBodyEnd = (error?: unknown) => void

const READERS = ['json', 'text', 'arrayBuffer', 'blob', 'formData', 'bytes'] as const

/**
 * Learns when bodies end from those who read them: nothing is cloned, drained, or kept from being cancelled. The
 * methods that read are patched on their prototypes and look up whether the response or stream is watched.
 */
export class BodyWatcher {
  readonly #watched = new WeakMap<object, OnBodyEnd>()
  readonly #touched = new WeakSet<OnBodyEnd>()
  readonly #restores: (() => void)[] = []

  /** True when somebody has begun to read, or has passed on, what is watched. */
  isTouched(response: Response): boolean {
    const onEnd = this.#watched.get(response)
    return response.bodyUsed || (onEnd !== undefined && this.#touched.has(onEnd))
  }

  watch(response: Response, onEnd: OnBodyEnd): void {
    this.#watched.set(response, onEnd)
  }

  enable(): void {
    const watched = this.#watched
    const ends = (onEnd: OnBodyEnd, result: unknown, pipe?: StreamPipeOptions): unknown => {
      if (!(result instanceof Promise)) return result
      // Returned in place of the stock promise: a handler on that one would hide the page's own unhandled rejection.
      return result.then(
        (value) => {
          onEnd()
          return value
        },
        (error) => {
          // What came in whole may be no JSON; what the page stops piping it gave up itself.
          onEnd(error instanceof SyntaxError || error === pipe?.signal?.reason ? undefined : error)
          throw error
        },
      )
    }

    for (const name of READERS) {
      this.#patch(Response.prototype, name, (stock, response, args) => {
        // A second reader is refused; that is not the end of what the first one reads.
        const onEnd = (response as Response | undefined)?.bodyUsed ? undefined : watched.get(response)
        const result = stock.apply(response, args)
        return onEnd ? ends(onEnd, result) : result
      })
    }
    this.#patch(Response.prototype, 'clone', (stock, response, args) =>
      this.#follow(response, stock.apply(response, args)),
    )
    this.#patchGetter(Response.prototype, 'body', (response, body) => this.#follow(response, body))

    const streams = ReadableStream.prototype
    this.#patch(streams, 'getReader', (stock, stream, args) => {
      const reader = stock.apply(stream, args)
      const onEnd = watched.get(stream)
      if (onEnd) whenReaderCloses(reader as ReadableStreamDefaultReader, onEnd)
      return reader
    })
    for (const name of ['pipeTo', 'cancel'] as const) {
      this.#patch(streams, name, (stock, stream, args) => {
        const onEnd = (stream as ReadableStream | undefined)?.locked ? undefined : watched.get(stream)
        const result = stock.apply(stream, args)
        return onEnd ? ends(onEnd, result, args[1] as StreamPipeOptions | undefined) : result
      })
    }
    this.#patch(streams, 'pipeThrough', (stock, stream, args) => {
      const onEnd = watched.get(stream)
      const [transform, options] = args as [ReadableWritablePair | undefined, StreamPipeOptions | undefined]
      const { readable, writable } = transform ?? {}
      // What cannot be piped is left for the platform to refuse.
      if (
        !onEnd ||
        !(readable instanceof ReadableStream && writable instanceof WritableStream) ||
        writable.locked ||
        (stream as ReadableStream).locked
      ) {
        return stock.apply(stream, args)
      }
      // What the standard does: pipe, and let whoever reads the other end hear of the failure.
      ;(stream as ReadableStream).pipeTo(writable, options).catch(() => {})
      return readable
    })
    this.#patch(streams, 'tee', (stock, stream, args) => {
      const branches = stock.apply(stream, args) as [ReadableStream, ReadableStream]
      for (const branch of branches) this.#follow(stream, branch)
      return branches
    })
    for (const name of ['values', Symbol.asyncIterator] as const) {
      this.#patch(streams, name, (stock, stream, args) => {
        const onEnd = watched.get(stream)
        const iterator = stock.apply(stream, args)
        return onEnd ? watchIterator(iterator as AsyncIterator<unknown>, onEnd) : iterator
      })
    }
  }

  disable(): void {
    for (const restore of this.#restores.splice(0).reverse()) restore()
  }

  #follow<T>(from: object, to: T): T {
    const onEnd = this.#watched.get(from)
    if (onEnd && typeof to === 'object' && to !== null) {
      this.#watched.set(to, onEnd)
      this.#touched.add(onEnd)
    }
    return to
  }

  #patch(
    prototype: object,
    name: string | symbol,
    call: (stock: Stock, self: object, args: unknown[]) => unknown,
  ): void {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
    const stock: unknown = descriptor?.value
    if (!descriptor || typeof stock !== 'function') return
    // A method, so that it is no constructor either, as the stock one is none.
    const { patched } = {
      patched(this: object, ...args: unknown[]): unknown {
        return call(stock as Stock, this, args)
      },
    }
    Object.defineProperty(patched, 'name', { value: stock.name, configurable: true })
    Object.defineProperty(prototype, name, { ...descriptor, value: patched })
    this.#restores.push(() => {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value === patched) {
        Object.defineProperty(prototype, name, descriptor)
      }
    })
  }

  #patchGetter(prototype: object, name: string, onGet: (self: object, value: unknown) => unknown): void {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
    const stock = descriptor?.get
    if (!descriptor || !stock) return
    const get = function (this: object): unknown {
      return onGet(this, stock.call(this))
    }
    Object.defineProperty(prototype, name, { ...descriptor, get })
    this.#restores.push(() => {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.get === get) {
        Object.defineProperty(prototype, name, descriptor)
      }
    })
  }
}

type Stock = { apply(self: object, args: unknown[]): unknown }

function whenReaderCloses(reader: ReadableStreamDefaultReader, onEnd: OnBodyEnd): void {
  reader.closed.then(
    () => onEnd(),
    // A reader that was let go is closed with an error too, and the stream goes on with the next one. It cannot cancel
    // any more and says so; the reader of a stream that broke off gives that stream's error again.
    (error) =>
      reader.cancel().catch((again) => {
        if (again === error) onEnd(error)
      }),
  )
}

function watchIterator(iterator: AsyncIterator<unknown>, onEnd: OnBodyEnd): AsyncIterator<unknown> {
  const next = iterator.next.bind(iterator)
  const leave = iterator.return?.bind(iterator)
  iterator.next = async (...args) => {
    try {
      const result = await next(...args)
      if (result.done) onEnd()
      return result
    } catch (error) {
      onEnd(error)
      throw error
    }
  }
  if (leave) {
    iterator.return = async (value) => {
      onEnd()
      return leave(value)
    }
  }
  return iterator
}
