import { activeContext, withContext } from './context.ts'
import type { Invocation } from './invocation.ts'

/** Called once when a body is over: with an error when it broke, with a time when its true end was earlier. */
export type OnBodyEnd = (error?: unknown, endMillis?: number) => void

/** Bodies up to this size that were made in this worker leave it at once. */
const BUFFERED_BYTES = 64 * 1024

/**
 * Tells the end of a body received by this worker, without reading it: the response stays the runtime's own object
 * (brand checks, `url`, `webSocket`); only its ways of reading are followed.
 */
export function followBody(invocation: Invocation, response: Response, onEnd: OnBodyEnd): void {
  if (response.body === null || response.webSocket) {
    onEnd()
    return
  }
  const headersMillis = invocation.sdk.now()
  invocation.unfinished ??= new Set()
  const { unfinished } = invocation
  const unread = () => finish(undefined, headersMillis)
  let finished = false
  const finish: OnBodyEnd = (error, endMillis) => {
    if (finished) return
    finished = true
    unfinished.delete(unread)
    onEnd(error, endMillis)
  }
  unfinished.add(unread)
  for (const method of ['text', 'json', 'arrayBuffer', 'blob', 'formData', 'bytes'] as const) {
    define(response, method, async () => {
      unfinished.delete(unread)
      try {
        const value: unknown = await Response.prototype[method].call(response)
        finish()
        return value
      } catch (error) {
        finish(error)
        throw error
      }
    })
  }
  let piped: ReadableStream | null | undefined
  Object.defineProperty(response, 'body', {
    configurable: true,
    enumerable: true,
    get() {
      if (piped === undefined) {
        unfinished.delete(unread)
        // The runtime's getter stands on a class above Response.
        const body = Reflect.get(Response.prototype, 'body', response) as ReadableStream | null
        piped = body && (body.locked ? body : pipeToEnd(body, finish))
      }
      return piped
    },
  })
}

function define(response: Response, name: string, value: unknown): void {
  Object.defineProperty(response, name, { configurable: true, writable: true, value })
}

/**
 * Calls `onEnd` when the body of an answer has left the worker, and returns the answer to give: the same one when
 * its body is known to be complete, otherwise a copy whose body is followed as it streams.
 */
export function answerWithEnd(response: Response, onEnd: OnBodyEnd): Response {
  const { body } = response
  if (body === null || response.webSocket || body.locked || (response.url === '' && isBuffered(body))) {
    onEnd()
    return response
  }
  return new Response(pipeToEnd(body, onEnd), response)
}

/** The bytes pass through untouched; the end is either `flush` (all sent) or `cancel` (given up by either side). */
function pipeToEnd(body: ReadableStream, onEnd: OnBodyEnd): ReadableStream {
  // The stream's callbacks run wherever the reader is; the end belongs to the code that made the body.
  const active = activeContext()
  const end: OnBodyEnd = (error) => withContext(active, () => onEnd(error))
  const expectedLength = lengthOf(body)
  const transformer: Transformer = {
    transform: (chunk, controller) => controller.enqueue(chunk),
    flush: () => end(),
    cancel: (reason: unknown) => end(reason instanceof Error && !isDisconnect(reason) ? reason : undefined),
    // The runtime's own extension: keeps Content-Length where the length is known.
    ...(expectedLength === undefined ? {} : { expectedLength: Number(expectedLength) }),
  }
  const piped = body.pipeThrough(new TransformStream(transformer))
  followed.add(piped)
  return piped
}

/** Bodies that come from elsewhere: their length may be known, but they are not here yet. */
const followed = new WeakSet<ReadableStream>()

/** A client that goes away is no error of the server's. */
function isDisconnect(reason: Error): boolean {
  return reason.name === 'AbortError' || /disconnect|abort|cancel/i.test(reason.message)
}

function isBuffered(body: ReadableStream): boolean {
  if (followed.has(body)) return false
  const length = lengthOf(body)
  return length !== undefined && length <= BUFFERED_BYTES
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
