import { activeContext, withContext } from './context.ts'
import type { Invocation } from './invocation.ts'

/** Called once when a body is over: with an error when it broke, with a time when its true end was earlier. */
export type OnBodyEnd = (error?: unknown, endMillis?: number) => void

/** Bodies up to this size that were made in this worker leave it at once. */
const BUFFERED_BYTES = 64 * 1024

/** A response whose body is followed: what to tell, and whether somebody has begun to read. */
interface Followed {
  readonly finish: OnBodyEnd
  readonly startReading: () => void
  body?: ReadableStream | null
}

const followedResponses = new WeakMap<Response, Followed>()

/**
 * Tells the end of a body received by this worker, without reading it: the response stays the runtime's own object
 * (brand checks, `instanceof`, `url`, `webSocket`); only its ways of reading are followed. A body that nobody reads
 * ends with its event, as of the time its headers came.
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
    unfinished.delete(unread)
    onEnd(error, endMillis)
  }
  const unread = () => finish(undefined, headersMillis)
  unfinished.add(unread)
  followedResponses.set(response, { finish, startReading: () => unfinished.delete(unread) })
  Object.setPrototypeOf(response, FOLLOWED_PROTOTYPE)
}

const READERS = ['text', 'json', 'arrayBuffer', 'blob', 'formData', 'bytes'] as const

/** Stands between a followed response and the runtime's own prototype. */
const FOLLOWED_PROTOTYPE: object = Object.create(Response.prototype, {
  body: {
    get(this: Response) {
      // The runtime's getter stands on a class above Response.
      const body = Reflect.get(Response.prototype, 'body', this) as ReadableStream | null
      const followed = followedResponses.get(this)
      if (!followed || !body) return body
      if (followed.body === undefined) {
        followed.startReading()
        followed.body = body.locked ? body : pipeToEnd(body, followed.finish)
      }
      return followed.body
    },
  },
})
for (const method of READERS) {
  Object.defineProperty(FOLLOWED_PROTOTYPE, method, {
    async value(this: Response) {
      const followed = followedResponses.get(this)
      followed?.startReading()
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

/**
 * Calls `onEnd` when the body of an answer has left the worker, and returns the answer to give: the same one when
 * its body is known to be complete, otherwise a copy whose body is followed as it streams.
 */
export function answerWithEnd(response: Response, onEnd: OnBodyEnd): Response {
  const { body } = response
  if (body === null || (isBuffered(body) && response.url === '') || body.locked) {
    onEnd()
    return response
  }
  const listeners = followedBodies.get(body)
  if (!listeners) return new Response(pipeToEnd(body, onEnd), response)
  // Passed on as it came, it is followed already.
  listeners.push(withActiveContext(onEnd))
  return followedResponses.has(response) ? new Response(body, response) : response
}

// What is followed came from elsewhere: its length may be known, but it is not here yet.
const followedBodies = new WeakMap<ReadableStream, OnBodyEnd[]>()

/** The bytes pass through untouched; the end is either `flush` (all sent) or `cancel` (given up by either side). */
function pipeToEnd(body: ReadableStream, onEnd: OnBodyEnd): ReadableStream {
  const listeners = [withActiveContext(onEnd)]
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
  const piped = body.pipeThrough(new TransformStream(transformer))
  followedBodies.set(piped, listeners)
  return piped
}

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
  return length !== undefined && length <= BUFFERED_BYTES && !followedBodies.has(body)
}

// workerd shows the length of a body to console.log under a symbol of its own. Where it does not, the length counts
// as unknown, and the body is followed: slower, as right.
const LENGTH = Object.getOwnPropertySymbols(ReadableStream.prototype).find(
  (symbol) => symbol.description === 'length',
)

function lengthOf(body: ReadableStream): bigint | undefined {
  const length: unknown = LENGTH && Reflect.get(body, LENGTH)
  return typeof length === 'bigint' ? length : undefined
}
