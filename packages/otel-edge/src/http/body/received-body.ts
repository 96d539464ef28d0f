import type { Invocation } from '../../core/invocation.ts'
import { sleep } from '../../core/sleep.ts'
import { LAST_READ_MILLIS, UNREAD_MILLIS } from '../../limits.ts'
import type { OnBodyEnd, ReceivedBody } from './branch.ts'
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
  const { now } = invocation.sdk
  const headersMillis = now()
  invocation.unfinished ??= new Set()
  const { unfinished, lifetime, isOver: isLate } = invocation
  let isFinished = false
  const finish: OnBodyEnd = (error, endMillis) => {
    if (isFinished) return
    isFinished = true
    unfinished.delete(leave)
    onEnd(error, endMillis)
  }
  const body: ReceivedBody = { now, finish, branches: new Set(), pending: 0 }
  const waitForReaders = async () => {
    const deadline = now() + LAST_READ_MILLIS
    let seenMillis: number | undefined
    do {
      seenMillis = body.readMillis
      await sleep(UNREAD_MILLIS)
    } while ((body.pending > 0 || body.readMillis !== seenMillis) && now() < deadline)
    finish(undefined, body.readMillis ?? headersMillis)
  }
  const leave = () => {
    const branches = [...body.branches]
    const { readMillis } = body
    if (isLate || branches.some(({ reader }) => reader)) {
      // The app can still read the body in `waitUntil`.
      lifetime.waitUntil(waitForReaders())
      return
    }
    // The runtime itself (HTMLRewriter, the Cache API) can read a body without calling JavaScript. Such a read ends with the
    // invocation at the latest.
    const isTaken = branches.some(
      ({ stream, response: holder }) => stream?.locked || (readMillis === undefined && holder?.bodyUsed),
    )
    finish(undefined, isTaken ? undefined : (readMillis ?? headersMillis))
  }
  attach(response, body)
  if (isLate) leave()
  else unfinished.add(leave)
}
