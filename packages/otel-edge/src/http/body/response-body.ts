import { knownBody } from '#known-body'
import { activeContext, withContext } from '../../core/context.ts'
import { BUFFERED_BYTES } from '../../limits.ts'
import { branchOf, giveUp, isDisconnect, type OnBodyEnd } from './branch.ts'

/** Whether a response is complete when it is returned: it has no body, or a short one that was created in this worker. */
export function isComplete(response: Response): boolean {
  if (inspect(response)?.isInMemory) return true
  const body = bodyOf(response)
  return !body || (isBuffered(body) && response.url === '')
}

function bodyOf(response: Response): ReadableStream | null {
  return inspect(response)?.stream ?? response.body
}

function inspect(response: Response): ReturnType<typeof knownBody> {
  return LENGTH ? undefined : knownBody(response)
}

/** Calls `onEnd` when the body of a response has been sent. Returns the response to send, a copy if its body is followed. */
export function answerWithEnd(response: Response, onEnd: OnBodyEnd): Response {
  const body = bodyOf(response)
  // A used body cannot be sent. The runtime rejects it with its own error.
  if (!body || body.locked || (LENGTH && response.bodyUsed)) {
    onEnd()
    return response
  }
  const branch = branchOf(body)
  // A received compressed body is sent unchanged, and not followed to its end. In a pipe the runtime would decompress it and
  // compress it again. Its bytes would then differ under the same ETag, Content-Length would be missing, and a partial
  // response (206) would fail.
  if (branch && COMPRESSED.has(response.headers.get('content-encoding'))) {
    onEnd()
    return response
  }
  const end = withActiveContext(onEnd)
  // The chunks are not changed. The stream ends with either `flush` (all chunks sent) or `cancel` (by either side).
  const transformer: Transformer = {
    transform: (chunk, controller) => controller.enqueue(chunk),
    flush: () => {
      branch?.body.finish()
      end()
    },
    cancel: (reason: unknown) => {
      if (branch) giveUp(branch, reason)
      end(isDisconnect(reason) ? undefined : reason)
    },
    // `expectedLength` is an extension of workerd, which keeps Content-Length when the length is known.
    ...expectedLengthOf(response, body),
  }
  const pair = new TransformStream(transformer)
  const answer = copyResponse(response, pair.readable)
  if (answer === response) {
    onEnd()
    return response
  }
  body.pipeThrough(pair)
  pipes.add(pair.readable)
  return answer
}

/** Copies a response, with another body and mutable headers. Returns the response itself if it has an invalid status (999). */
export function copyResponse(response: Response, body: ReadableStream | null): Response {
  try {
    return new Response(body, response)
  } catch {
    return response
  }
}

// The encodings that workerd compresses and decompresses itself. The comparison is case-sensitive, as in workerd.
// https://developers.cloudflare.com/workers/runtime-apis/response/ (`encodeBody`)
const COMPRESSED: ReadonlySet<string | null> = new Set(['gzip', 'br'])

/**
 * The length of a body, absent for a body that the runtime compresses: the compressed body has a different length.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.6
 */
function expectedLengthOf({ headers }: Response, body: ReadableStream): { expectedLength?: number } {
  const length = COMPRESSED.has(headers.get('content-encoding')) ? undefined : lengthOf(body)
  return length === undefined ? {} : { expectedLength: Number(length) }
}

// The streams that `answerWithEnd` has created. Their length can be known before all bytes have arrived.
const pipes = new WeakSet<ReadableStream>()

/** Binds `onEnd` to the active context, that of the response. A stream runs its callbacks in the context of its reader. */
function withActiveContext(onEnd: OnBodyEnd): OnBodyEnd {
  const context = activeContext()
  return (error) => withContext(context, () => onEnd(error))
}

function isBuffered(body: ReadableStream): boolean {
  const length = lengthOf(body)
  return length !== undefined && length <= BUFFERED_BYTES && !pipes.has(body) && !branchOf(body)
}

// workerd exposes the length of a body under a symbol, for console.log. Without that symbol the length is unknown and the
// body is followed, which is slower.
const LENGTH = Object.getOwnPropertySymbols(ReadableStream.prototype).find(
  (symbol) => symbol.description === 'length',
)

function lengthOf(body: ReadableStream): bigint | undefined {
  const length = LENGTH && (body as unknown as { readonly [key: symbol]: unknown })[LENGTH]
  return typeof length === 'bigint' ? length : undefined
}
