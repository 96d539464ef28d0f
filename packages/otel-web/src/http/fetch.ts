import { isTracingSuppressed } from '@opentelemetry/core'
import { guarded } from '../guarded.ts'
import { BodyWatcher } from './body-end.ts'
import { type HttpCall, type HttpParts, startHttpCall } from './http-call.ts'
import { isRequest, withHeaders } from './request-copy.ts'

/** A dialog may stand between an answer and the reading of its body; without one, resource timing tells its end. */
const UNREAD_MILLIS = 10_000

/** A running instrumentation of `fetch`. */
export interface FetchTracing {
  /** Ends the call by an answer: now, or when its body does. */
  follow(call: HttpCall, response: Response, answeredMillis?: number): void
  /** Puts `fetch` back. */
  stop(): void
}

/**
 * Traces `fetch`: a CLIENT span that ends when the body does, headers for those who may have them. Whatever goes
 * wrong in here, the page's request is made as the page asked.
 */
export function traceFetch(parts: HttpParts, patch = true): FetchTracing {
  const stock = window.fetch
  const bodies = new BodyWatcher()
  bodies.enable()
  const follow: FetchTracing['follow'] = (call, response, answeredMillis = performance.now()) => {
    call.answered(response.status, answeredMillis)
    if (response.body === null) return call.end(answeredMillis)
    // A body that nobody reads, and that is too large to come in unread, has no end to be known.
    const cancel = parts.later(() => {
      if (!bodies.isTouched(response)) call.end(answeredMillis)
    }, UNREAD_MILLIS)
    bodies.watch(response, (error) =>
      guarded(() => {
        cancel()
        call.end(performance.now(), error)
      }),
    )
  }
  const patched = function fetch(
    this: unknown,
    input: RequestInfo | URL,
    init?: RequestInit,
  ): Promise<Response> {
    const call = guarded(() => startCall(parts, input, init))
    if (!call) return stock.call(this ?? window, input, init)
    // An illegal init is left for the platform to reject.
    const args = guarded(() => withHeaders(input, init, call.headers, 'traceparent')) ?? [input, init]
    const response = stock.apply(this ?? window, args)
    call.started()
    return response.then(
      (answer) => {
        guarded(() => follow(call, answer))
        return answer
      },
      (error) => {
        guarded(() => call.end(performance.now(), error))
        throw error
      },
    )
  } as typeof window.fetch
  if (patch) window.fetch = patched
  return {
    follow,
    stop() {
      bodies.disable()
      if (window.fetch === patched) window.fetch = stock
    },
  }
}

function startCall(parts: HttpParts, input: RequestInfo | URL, init?: RequestInit): HttpCall | undefined {
  if (isTracingSuppressed(parts.contexts.active())) return undefined
  const request = isRequest(input) ? input : undefined
  const url = new URL(request ? request.url : String(input), document.baseURI)
  const signal = init?.signal ?? request?.signal
  return startHttpCall(parts, String(init?.method ?? request?.method ?? 'GET'), url, undefined, signal)
}
