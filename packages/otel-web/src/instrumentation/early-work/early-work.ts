import type { Action } from '../../actions/action.ts'
import { describeEvent } from '../../actions/describe-event.ts'
import { followResponse } from '../../http/follow-response.ts'
import type { HttpCall } from '../../http/http-call.ts'
import type { HttpParts } from '../../http/http-parts.ts'
import { startHttpCall } from '../../http/start-http-call.ts'
import {
  type EarlyAction,
  type EarlyRequest,
  isEarlyRequest,
  type LoaderState,
} from '../../loader/loader-state.ts'
import type { PageSdk } from '../../page-sdk.ts'
import { guarded } from '../../platform/guarded.ts'

/** How long to wait for the resource timing of a request that may already be over. */
const TIMING_MILLIS = 100

/** Creates spans for the work that the loader recorded, with the ids that the loader assigned. */
export function adoptEarlyWork(loader: LoaderState, sdk: PageSdk): void {
  const adopted = new Map<EarlyAction, Action>()
  const actionOf = (early: EarlyAction) => {
    const action = adopted.get(early) ?? adoptAction(early, loader, sdk)
    adopted.set(early, action)
    return action
  }
  for (const entry of loader.log_) {
    if (isEarlyRequest(entry)) guarded(() => adoptRequest(entry, actionOf, sdk))
  }
}

function adoptRequest(
  request: EarlyRequest,
  actionOf: (early: EarlyAction) => Action,
  { http, ids, pageLoad }: PageSdk,
): void {
  const [startMillis, sent, spanId, early, , result] = request
  if (!result) return
  const { context } = early ? actionOf(early) : pageLoad.action
  const { method, url, signal } = sent
  const call = ids.with({ spanId }, () =>
    startHttpCall(http, { method, url: new URL(url), signal, early: { startMillis, context } }),
  )
  if (!call) return
  const settledMillis = () => request[6] ?? performance.now()
  if (result instanceof XMLHttpRequest) adoptXhr(call, result, http)
  else {
    result.then(
      (response) => {
        const answeredMillis = settledMillis()
        followResponse(http, call, response, answeredMillis)
        // The page has already read the body. Without a resource timing, the span ends with the response headers.
        if (response.bodyUsed) http.globals.setTimeout(() => call.end(answeredMillis), TIMING_MILLIS)
      },
      (error) => call.end(settledMillis(), error),
    )
  }
}

function adoptXhr(call: HttpCall, xhr: XMLHttpRequest, { globals, xhrCalls }: HttpParts): void {
  const overMillis = performance.now()
  // `abort()` has set the object back to UNSENT.
  if (xhr.readyState === XMLHttpRequest.UNSENT) call.end(overMillis)
  else if (xhr.readyState < XMLHttpRequest.DONE) xhrCalls.follow(call, xhr)
  else if (xhr.status === 0) call.end(overMillis, new DOMException('', 'NetworkError'))
  else {
    // Only the resource timing contains the time at which the request ended. Without one, the span ends now.
    call.answered(xhr.status)
    globals.setTimeout(() => call.end(overMillis), TIMING_MILLIS)
  }
}

function adoptAction(early: EarlyAction, { log_: log }: LoaderState, { actions }: PageSdk): Action {
  const event = causeOf(early, log)
  return actions.start({
    ...describeEvent(event),
    startMillis: event.timeStamp,
    ids: { traceId: early.traceId_ },
  })
}

/** The event that the action is named after. For a submit, it is the click on the submit button. */
function causeOf({ event_: event }: EarlyAction, log: LoaderState['log_']): Event {
  const { submitter } = event as Partial<SubmitEvent>
  let cause = event
  for (const entry of log) {
    if (Array.isArray(entry)) continue
    if (entry.event_ === event) break
    if (entry.event_.type === 'click' && submitter?.contains(entry.event_.target as Node))
      cause = entry.event_
  }
  return cause
}
