import { defaultTextMapSetter, trace } from '@opentelemetry/api'
import type { HttpCall, HttpRequest } from './http-call.ts'
import type { HttpParts } from './http-parts.ts'
import { endHttpSpan, recordStatus, startHttpSpan } from './http-span.ts'
import { withoutFragment } from './resource-timings.ts'

/**
 * Starts the span of a request.
 *
 * @returns undefined for a request that is not recorded, null for an export of telemetry that no SDK should record
 */
export function startHttpCall(parts: HttpParts, request: HttpRequest): HttpCall | undefined | null {
  const { method, url, signal, early } = request
  if (parts.ignores(method, url)) return null
  const decision = parts.decisionFor(url)
  if (decision === 'not http' || decision === 'not recording') return undefined
  const { clock, propagator, timings } = parts
  const context = early?.context ?? parts.activeContext()
  const startMillis = early?.startMillis ?? performance.now()
  const startTime = early ? clock.at(trace.getSpanContext(context)?.traceId, startMillis) : undefined
  const span = startHttpSpan(parts, { method, url, context, startTime })
  const headers: Record<string, string> = {}
  if (decision === 'sent') propagator.inject(trace.setSpan(context, span), headers, defaultTextMapSetter)
  else parts.onNotSent?.(url, decision)

  const zero = clock.zero()
  let answeredMillis: number | undefined
  let ended = false
  const timed = {
    url: withoutFragment(url.href),
    startMillis,
    startedMillis: early ? startMillis + 20 : Number.POSITIVE_INFINITY,
    ambiguousCount: 0,
    onTiming: (timing: PerformanceResourceTiming) => {
      parts.queue.addTiming(span, timing)
      // The clock offset is learnt only from responses that came over the network, from a server that may see the
      // trace. Cached responses and those of a service worker carry an earlier time. Other origins could send any time.
      if (decision === 'sent' && timing.workerStart === 0 && timing.transferSize > timing.encodedBodySize) {
        const { serverTiming, responseEnd } = timing
        parts.clockOffset.observe(serverTiming, zero, startMillis, answeredMillis ?? responseEnd)
      }
    },
    onOver: (endMillis: number) => {
      // A body that the page does not read ends with its last byte. A request without a response ends by its own
      // events.
      if (answeredMillis !== undefined && endMillis > 0) end(endMillis)
    },
  }
  timings.wait(timed)
  const end = (atMillis: number, error?: unknown) => {
    if (ended) return
    ended = true
    if (error !== undefined) parts.actions.noteError(error, context)
    endHttpSpan(span, clock.at(span.spanContext().traceId, atMillis), error, signal?.reason)
  }
  return {
    span,
    startMillis,
    headers,
    started() {
      timed.startedMillis = performance.now()
    },
    answered(status, atMillis = performance.now()) {
      answeredMillis = atMillis
      recordStatus(span, status)
    },
    end,
  }
}
