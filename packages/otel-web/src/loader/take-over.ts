import type { Action } from '../actions/action.ts'
import type { ActionTracker } from '../actions/action-tracker.ts'
import { describeEvent } from '../actions/user-events.ts'
import { guarded } from '../guarded.ts'
import type { FetchTracing } from '../http/fetch.ts'
import { type HttpCall, type HttpParts, startHttpCall } from '../http/http-call.ts'
import { followXhr } from '../http/xhr.ts'
import type { PageIds } from '../page-ids.ts'
import type { EarlyAction, EarlyRequest, HandOver, Patched } from './hand-over.ts'

const EVENTS = ['click', 'submit', 'change', 'keydown']

/** Takes the loader's patches and listeners off; what others have patched over passes everything through. */
export function stopLoader(hand: HandOver): void {
  hand.stopped_ = true
  unpatch(window, 'fetch')
  for (const name of ['open', 'send', 'setRequestHeader'] as const) unpatch(XMLHttpRequest.prototype, name)
  for (const type of EVENTS) window.removeEventListener(type, hand.onEvent_, true)
}

function unpatch<T extends object, K extends keyof T>(target: T, name: K): void {
  const stock = (target[name] as Patched | undefined)?.stock_
  // A proxy that somebody has put around it shows it, too, and prints as native code.
  if (stock && !/native code/.test(String(target[name]))) target[name] = stock as T[K]
}

export interface TakeOverParts {
  readonly http: HttpParts
  readonly fetching: FetchTracing
  readonly actions: ActionTracker
  readonly ids: PageIds
  readonly pageLoad: Action
}

/** Makes spans of what the loader kept, with the ids that it gave out. */
export function adoptEarlyWork(hand: HandOver, parts: TakeOverParts): void {
  const known = new Map<EarlyAction, Action>()
  const actionOf = (early: EarlyAction) => {
    const action = known.get(early) ?? adoptAction(early, causeOf(early, hand.log_), parts)
    known.set(early, action)
    return action
  }
  for (const entry of hand.log_) {
    if (Array.isArray(entry) && entry[1] instanceof Request) {
      guarded(() => adoptRequest(entry as EarlyRequest, actionOf, parts))
    }
  }
}

function adoptRequest(
  request: EarlyRequest,
  actionOf: (early: EarlyAction) => Action,
  parts: TakeOverParts,
): void {
  const [startMillis, sent, spanId, early, , result, settledMillis] = request
  const action = early ? actionOf(early) : parts.pageLoad
  const url = new URL(sent.url)
  const call = parts.ids.with({ spanId }, () =>
    startHttpCall(parts.http, sent.method, url, { startMillis, context: action.context }, sent.signal),
  )
  if (!call || !result) return
  if (result instanceof XMLHttpRequest) adoptXhr(call, result, parts.http.later)
  else {
    result.then(
      (response) => {
        const answeredMillis = request[6] ?? settledMillis ?? performance.now()
        parts.fetching.follow(call, response, answeredMillis)
        // Somebody has read it already; should no resource timing tell when it was there, its headers do.
        if (response.bodyUsed) parts.http.later(() => call.end(answeredMillis), 100)
      },
      (error) => call.end(request[6] ?? performance.now(), error),
    )
  }
}

function adoptXhr(call: HttpCall, xhr: XMLHttpRequest, later: HttpParts['later']): void {
  const overMillis = performance.now()
  // Aborted.
  if (xhr.readyState === XMLHttpRequest.UNSENT) call.end(overMillis)
  else if (xhr.readyState < XMLHttpRequest.DONE) followXhr(call, xhr)
  else if (xhr.status === 0) call.end(overMillis, new DOMException('', 'NetworkError'))
  else {
    // Over, and nobody knows since when: resource timing tells, else the moment counts as its end.
    call.answered(xhr.status)
    later(() => call.end(overMillis), 100)
  }
}

/** The event that a person would say it was: of a submit, the click on the button that caused it. */
function causeOf({ event_: event }: EarlyAction, log: HandOver['log_']): Event {
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

function adoptAction({ traceId_: traceId }: EarlyAction, event: Event, { actions }: TakeOverParts): Action {
  return actions.start({ ...describeEvent(event), startMillis: event.timeStamp, ids: { traceId } })
}
