import {
  findMissingChildren,
  type MissingChildren,
  parseTraceparent,
  readChildCount,
} from '@throughline/otel-shared'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf } from '../../http/request.ts'
import { readTraceparents } from '../parse/server-timing.ts'
import { DOCTOR_SERVICE } from '../trace/doctor-service.ts'
import { isServiceCall, type TraceSpan } from '../trace/trace-span.ts'
import { isKept } from '../trace/trace-tree.ts'
import type { TracedRequest } from './target.ts'

/** What a trace lacks. */
export interface TraceGaps {
  /** Requests of the doctor below which there is no span, although they are expected in the trace. */
  readonly requests: readonly TracedRequest[]
  readonly children: readonly MissingChildren[]
  /** Spans without their parents that `children` does not explain. */
  readonly orphans: readonly TraceSpan[]
}

/**
 * Finds what a trace lacks.
 *
 * @param sent the requests of the doctor, which are the parents of the first spans.
 * @param isDeep every request is expected in the trace, not only those whose response names it.
 */
export function findGaps(
  spans: readonly TraceSpan[],
  sent: readonly TracedRequest[],
  isDeep: boolean,
): TraceGaps {
  const children = findMissingChildren(spans.map(toStored))
  const explained = new Set(children.flatMap(({ orphans }) => orphans))
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId))
  // A relay with a list of service names rejects the spans of the doctor.
  const known = new Set([...spans, ...sent].map(({ spanId }) => spanId))
  return {
    children,
    requests: sent.filter(
      (request) => !parents.has(request.spanId) && (isDeep ? hasResponse(request) : isContinued(request)),
    ),
    orphans: spans.filter(
      (span) =>
        span.service !== DOCTOR_SERVICE &&
        span.parentSpanId &&
        !known.has(span.parentSpanId) &&
        !explained.has(span.spanId) &&
        !isKept(span),
    ),
  }
}

function toStored(span: TraceSpan) {
  const counts = span.attributes.flatMap(({ key, value }) => {
    const count = readChildCount(key, value)
    return count ? [count] : []
  })
  return { ...span, kind: span.kind.toLowerCase(), isCall: isServiceCall(span), counts: new Map(counts) }
}

function hasResponse({ response }: TracedRequest): boolean {
  return !(response instanceof RequestFailure)
}

/** Whether the response names the trace of the request. */
function isContinued({ response, traceId }: TracedRequest): boolean {
  if (response instanceof RequestFailure) return false
  const [first = ''] = readTraceparents(headerOf(response, 'server-timing'))
  const context = parseTraceparent(first)
  return context?.traceId === traceId && (context.traceFlags & 1) === 1
}
