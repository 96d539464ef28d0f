import { activeContext, withContext } from './context.ts'
import type { Invocation } from './invocation.ts'

/** Called once when a body is over: with an error when it broke, with a time when its true end was earlier. */
export type OnBodyEnd = (error?: unknown, endMillis?: number) => void

/** Bodies up to this size that were made in this worker leave it at once. */
const BUFFERED_BYTES = 64 * 1024

/** A body that is followed: what to tell, whether somebody has begun to read, and what is read in its place. */
interface Followed {
  readonly finish: OnBodyEnd
  isRead: boolean
  piped?: ReadableStream
  branches?: readonly Followed[]
  /** Somebody has begun to read, or all is over. */
  begun?: () => void
}

const followedResponses = new WeakMap<Response, Followed>()
const followedStreams = new WeakMap<ReadableStream, Followed>()

/**
 * Tells the end of a body received by this worker, without reading it: response and body stay the runtime's own objects
 * (brand checks, `instanceof`, `url`, `webSocket`), and may be given to whatever takes such; only their ways of reading
 * are followed. A body that nobody reads ends with its event, as of the time its headers came; one that was begun and
 * let go ends when the event does.
 */
export function followBody(invocation: Invocation, response: Response, onEnd: OnBodyEnd): void {
  if (response.body === null || response.webSocket) {
    onEnd()
    return
  }
  const headersMillis = invocation.sdk.now()
  invocation.unfinished ??= new Set()
  const { unfinished } = invocation
  let isFinished = false
  const finish: OnBodyEnd = (error, endMillis) => {
    if (isFinished) return
    isFinished = true
    followed.begun?.()
    unfinished.delete(leave)
    onEnd(error, endMillis)
  }
  const followed: Followed = { finish, isRead: false }
  const leave = () => {
    // Whoever still reads goes on behind the event.
    if (isBeingRead(followed)) return
    // Begun and given up, or taken by the runtime itself (a rewriter, a cache): over with the event at the latest.
    finish(undefined, followed.piped || response.bodyUsed ? undefined : headersMillis)
  }
  unfinished.add(leave)
  if (invocation.isOver) {
    // Its event has ended without it: what nobody has begun to read by then, nobody reads.
    const begun = new Promise<void>((resolve) => {
      followed.begun = resolve
      setTimeout(resolve, UNREAD_MILLIS)
    })
    invocation.lifetime.waitUntil(begun.then(leave))
  }
  followedResponses.set(response, followed)
  followedStreams.set(response.body, followed)
  Object.setPrototypeOf(response, FOLLOWED_RESPONSE)
  Object.setPrototypeOf(response.body, FOLLOWED_STREAM)
}

/** How long a body that came after its event's end is taken for one that will be read. */
const UNREAD_MILLIS = 2_000

function isBeingRead({ isRead, piped, branches = [] }: Followed): boolean {
  return piped ? piped.locked : isRead || branches.some(isBeingRead)
}

const READERS = ['text', 'json', 'arrayBuffer', 'blob', 'formData', 'bytes'] as const

/** Stands between a followed response and the runtime's own prototype. */
const FOLLOWED_RESPONSE: object = Object.create(Response.prototype)
for (const method of READERS) {
  Object.defineProperty(FOLLOWED_RESPONSE, method, {
    async value(this: Response) {
      const followed = followedResponses.get(this)
      if (followed) begin(followed)
      try {
        const value: unknown = await Reflect.apply(Response.prototype[method], this, [])
        followed?.finish()
        return value
      } catch (error) {
        followed?.finish(error)
        throw error
      }
    },
  })
}

/** Stands between a followed body and the runtime's own prototype: who reads, reads through a pipe that tells the end. */
const FOLLOWED_STREAM: object = Object.create(ReadableStream.prototype, {
  locked: {
    get(this: ReadableStream) {
      const piped = followedStreams.get(this)?.piped
      return piped ? piped.locked : (Reflect.get(ReadableStream.prototype, 'locked', this) as boolean)
    },
  },
  tee: {
    // Both branches are the runtime's own: some of what takes a stream asks for its length.
    value(this: ReadableStream) {
      const followed = followedStreams.get(this)
      const branches = Reflect.apply(ReadableStream.prototype.tee, followed?.piped ?? this, [])
      if (followed && !followed.piped) {
        followed.branches = branches.map((branch) => {
          const own: Followed = { finish: followed.finish, isRead: false, begun: () => followed.begun?.() }
          followedStreams.set(branch, own)
          Object.setPrototypeOf(branch, FOLLOWED_STREAM)
          return own
        })
      }
      return branches
    },
  },
  getReader: {
    value(this: ReadableStream, options?: { mode?: string }) {
      // A pipe has no reader of the caller's own buffers; that body ends with its event.
      const isPiped = options?.mode !== 'byob'
      return Reflect.apply(ReadableStream.prototype.getReader, isPiped ? readThroughPipe(this) : this, [
        options,
      ])
    },
  },
})
for (const method of ['pipeTo', 'pipeThrough', 'values', 'cancel', Symbol.asyncIterator] as const) {
  Object.defineProperty(FOLLOWED_STREAM, method, {
    value(this: ReadableStream, ...args: unknown[]) {
      return Reflect.apply(
        Reflect.get(ReadableStream.prototype, method) as () => unknown,
        readThroughPipe(this),
        args,
      )
    },
  })
}

function begin(followed: Followed): void {
  followed.isRead = true
  followed.begun?.()
}

function readThroughPipe(stream: ReadableStream): ReadableStream {
  const followed = followedStreams.get(stream)
  if (!followed) return stream
  if (!followed.piped) {
    // Given to somebody already: no further pipe, the runtime says what is wrong.
    if (stream.locked) return stream
    followed.piped = pipeToEnd(stream, [followed.finish])
    followed.begun?.()
  }
  return followed.piped
}

/** True when an answer is over once it is given: it has no body, or one that was made here and is short. */
export function isComplete(response: Response): boolean {
  const { body } = response
  return body === null || (isBuffered(body) && response.url === '')
}

/** Calls `onEnd` when the body of an answer has left the worker; the answer to give is a copy whose body is followed. */
export function answerWithEnd(response: Response, onEnd: OnBodyEnd): Response {
  const { body } = response
  if (body === null || body.locked) {
    onEnd()
    return response
  }
  const followed = followedStreams.get(body)
  if (!followed || followed.piped) return new Response(pipeToEnd(body, [onEnd]), response)
  // Passed on as it was received: followed once, for both.
  followed.piped = pipeToEnd(body, [followed.finish, onEnd])
  return new Response(followed.piped, response)
}

/** The bytes pass through untouched; the end is either `flush` (all sent) or `cancel` (given up by either side). */
function pipeToEnd(body: ReadableStream, onEnds: readonly OnBodyEnd[]): ReadableStream {
  const listeners = onEnds.map(withActiveContext)
  const end: OnBodyEnd = (error) => {
    for (const listener of listeners) listener(error)
  }
  const expectedLength = lengthOf(body)
  const transformer: Transformer = {
    transform: (chunk, controller) => controller.enqueue(chunk),
    flush: () => end(),
    cancel: (reason: unknown) => end(reason instanceof Error && !isDisconnect(reason) ? reason : undefined),
    // The runtime's own extension: keeps Content-Length where the length is known.
    ...(expectedLength === undefined ? {} : { expectedLength: Number(expectedLength) }),
  }
  const pipeThrough = ReadableStream.prototype.pipeThrough as (
    this: ReadableStream,
    pipe: object,
  ) => ReadableStream
  const piped = Reflect.apply(pipeThrough, body, [new TransformStream(transformer)])
  pipes.add(piped)
  return piped
}

// What comes through a pipe may be known to be short, and is not here yet all the same.
const pipes = new WeakSet<ReadableStream>()

/** The stream's callbacks run wherever the reader is; the end belongs to the code that made the body. */
function withActiveContext(onEnd: OnBodyEnd): OnBodyEnd {
  const context = activeContext()
  return (error) => withContext(context, () => onEnd(error))
}

/** A client that goes away is no error of the server's. */
function isDisconnect(reason: Error): boolean {
  return reason.name === 'AbortError' || /disconnect|abort|cancel/i.test(reason.message)
}

function isBuffered(body: ReadableStream): boolean {
  const length = lengthOf(body)
  return length !== undefined && length <= BUFFERED_BYTES && !pipes.has(body) && !followedStreams.has(body)
}

// workerd shows the length of a body to console.log under a symbol of its own. Where it does not, the length counts
// as unknown, and the body is followed: slower, as right.
const LENGTH = Object.getOwnPropertySymbols(ReadableStream.prototype).find(
  (symbol) => symbol.description === 'length',
)

function lengthOf(body: ReadableStream): bigint | undefined {
  const length = LENGTH && (body as unknown as { readonly [key: symbol]: unknown })[LENGTH]
  return typeof length === 'bigint' ? length : undefined
}
