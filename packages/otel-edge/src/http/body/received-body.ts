import type { Invocation, UnfinishedBody } from '../../core/invocation.ts'
import { sleep } from '../../core/sleep.ts'
import { LAST_READ_MILLIS, UNREAD_MILLIS } from '../../limits.ts'
import type { Branch, OnBodyEnd, ReceivedBody } from './branch.ts'
import { attach } from './follow-response.ts'

/**
 * Calls `onEnd` when the body of a response to this worker has ended. This function does not read the body. Response, stream
 * and readers remain the objects of the runtime, so that brand checks, `instanceof`, `url` and `webSocket` work. Only their
 * methods that read are shadowed.
 *
 * If a body is never read, its end time is that of its headers. If it is read in part, its end time is that of the last read.
 * In both cases `onEnd` is called when the invocation ends.
 */
export function followBody(invocation: Invocation, response: Response, onEnd: OnBodyEnd): void {
  if (response.webSocket) {
    onEnd()
    return
  }
  const body = new FollowedBody(invocation, onEnd)
  attach(response, body)
  if (body.isLate) body.leave()
  else {
    invocation.unfinished ??= []
    invocation.unfinished.push(body)
  }
}

class FollowedBody implements ReceivedBody, UnfinishedBody {
  branches: readonly Branch[] = []
  pending = 0
  readMillis: number | undefined
  /** Whether the invocation has ended before the response was received. */
  readonly isLate: boolean
  readonly #headersMillis: number
  readonly #invocation: Invocation
  #onEnd: OnBodyEnd | undefined

  constructor(invocation: Invocation, onEnd: OnBodyEnd) {
    this.#invocation = invocation
    this.#onEnd = onEnd
    this.isLate = invocation.isOver === true
    this.#headersMillis = this.now()
  }

  now(): number {
    return this.#invocation.sdk.now()
  }

  finish(error?: unknown, endMillis?: number): void {
    const onEnd = this.#onEnd
    const { unfinished } = this.#invocation
    this.#onEnd = undefined
    const index = unfinished?.indexOf(this) ?? -1
    if (index >= 0) unfinished?.splice(index, 1)
    onEnd?.(error, endMillis)
  }

  leave(): void {
    const { branches, readMillis } = this
    if (this.isLate || branches.some(({ reader }) => reader)) {
      // The app can still read the body in `waitUntil`.
      this.#invocation.lifetime.waitUntil(this.#waitForReaders())
      return
    }
    // The runtime itself (HTMLRewriter, the Cache API) can read a body without calling JavaScript. Such a read ends with the
    // invocation at the latest.
    const isTaken = branches.some(
      ({ stream, response }) => stream?.locked || (readMillis === undefined && response?.bodyUsed),
    )
    this.finish(undefined, isTaken ? undefined : (readMillis ?? this.#headersMillis))
  }

  async #waitForReaders(): Promise<void> {
    const deadline = this.now() + LAST_READ_MILLIS
    let seenMillis: number | undefined
    do {
      seenMillis = this.readMillis
      await sleep(UNREAD_MILLIS)
    } while ((this.pending > 0 || this.readMillis !== seenMillis) && this.now() < deadline)
    this.finish(undefined, this.readMillis ?? this.#headersMillis)
  }
}
