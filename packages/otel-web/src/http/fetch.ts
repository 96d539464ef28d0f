import {
  type ContextManager,
  defaultTextMapSetter,
  type Span,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { TraceClock } from '../clock.ts'
import type { ClockOffset } from '../clock-offset.ts'
import { BodyWatcher } from './body-end.ts'
import { endHttpSpan, recordStatus, startHttpSpan } from './http-span.ts'
import type { PropagationVerdict } from './propagation-policy.ts'
import { isRequest, withHeaders } from './request-copy.ts'
import type { ResourceTimings, TimedRequest } from './resource-timings.ts'

export interface HttpParts {
  readonly tracer: Tracer
  readonly contexts: ContextManager
  readonly propagator: TextMapPropagator
  readonly clock: TraceClock
  readonly clockOffset: ClockOffset
  readonly timings: ResourceTimings
  readonly verdictOf: (url: URL) => PropagationVerdict
  /** True for requests that are none of the page's, such as our own. */
  readonly ignores: (url: URL) => boolean
  readonly redactUrl: (url: string) => string
  /** Keeps the resource timing of a span until it is exported. */
  readonly onTiming: (span: Span, timing: PerformanceResourceTiming) => void
  /** Told of headers that were not sent. */
  readonly onNotSent?: (url: URL, verdict: PropagationVerdict) => void
}

/**
 * Traces `fetch`: a CLIENT span that ends when the body does, headers for those who may have them. Whatever goes
 * wrong in here, the page's request is made as the page asked.
 *
 * @returns puts `fetch` back.
 */
export function traceFetch(parts: HttpParts): () => void {
  const stock = window.fetch
  const bodies = new BodyWatcher()
  bodies.enable()
  const patched = function fetch(
    this: unknown,
    input: RequestInfo | URL,
    init?: RequestInit,
  ): Promise<Response> {
    const call = guarded(() => startCall(parts, input, init))
    if (!call) return stock.call(this ?? window, input, init)
    const response = stock.apply(this ?? window, call.args)
    call.request.startedMillis = performance.now()
    return response.then(
      (answer) => {
        guarded(() => onResponse(parts, bodies, call, answer))
        return answer
      },
      (error) => {
        guarded(() => call.end(performance.now(), error))
        throw error
      },
    )
  } as typeof window.fetch
  window.fetch = patched
  return () => {
    bodies.disable()
    if (window.fetch === patched) window.fetch = stock
  }
}

interface FetchCall {
  readonly args: [input: RequestInfo | URL, init?: RequestInit | undefined]
  readonly span: Span
  readonly request: TimedRequest
  answered: boolean
  readonly end: (endMillis: number, error?: unknown) => void
}

function startCall(parts: HttpParts, input: RequestInfo | URL, init?: RequestInit): FetchCall | undefined {
  const active = parts.contexts.active()
  if (isTracingSuppressed(active)) return undefined
  const url = new URL(isRequest(input) ? input.url : String(input), document.baseURI)
  const verdict = parts.verdictOf(url)
  if (verdict === 'not http' || parts.ignores(url)) return undefined
  const method = init?.method ?? (isRequest(input) ? input.method : 'GET')
  const startMillis = performance.now()
  const span = startHttpSpan(parts.tracer, String(method), url, parts.redactUrl, active)
  let args: FetchCall['args'] = [input, init]
  if (verdict === 'sent') {
    const headers: Record<string, string> = {}
    parts.propagator.inject(trace.setSpan(active, span), headers, defaultTextMapSetter)
    // An illegal init is left for the platform to reject.
    args = guarded(() => withHeaders(input, init, headers, 'traceparent')) ?? args
  } else parts.onNotSent?.(url, verdict)

  let ended = false
  const request: TimedRequest = {
    url: url.href.split('#', 1)[0] ?? '',
    startMillis,
    startedMillis: Number.POSITIVE_INFINITY,
    onTiming: (timing) => {
      parts.onTiming(span, timing)
      // What nobody reads has ended when its last byte was there. Without a response the promise will tell.
      if (call.answered && timing.responseEnd > 0) call.end(timing.responseEnd)
    },
  }
  const call: FetchCall = {
    args,
    span,
    request,
    answered: false,
    end: (endMillis, error) => {
      if (ended) return
      ended = true
      endHttpSpan(span, parts.clock.at(span.spanContext().traceId, endMillis), error)
    },
  }
  parts.timings.wait(request)
  return call
}

function onResponse(parts: HttpParts, bodies: BodyWatcher, call: FetchCall, response: Response): void {
  const answeredMillis = performance.now()
  call.answered = true
  recordStatus(call.span, response.status)
  parts.clockOffset.observe(response.headers.get('server-timing'), call.request.startMillis, answeredMillis)
  if (response.body === null) call.end(answeredMillis)
  else bodies.watch(response, (error) => guarded(() => call.end(performance.now(), error)))
}

/** Our failures are not the page's. */
function guarded<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
