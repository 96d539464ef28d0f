import {
  ATTR_ACTION_END_REASON,
  ATTR_ACTION_TYPE,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
} from '@throughline/otel-shared'
import { attributeOf, type TraceSpan } from './trace-span.ts'

/** The spans of a trace with their relations. */
export interface TraceTree {
  readonly spans: readonly TraceSpan[]
  readonly parentOf: (span: TraceSpan) => TraceSpan | undefined
  readonly childrenOf: (span: TraceSpan) => readonly TraceSpan[]
  /** Spans with the same parent, without the span itself. */
  readonly siblingsOf: (span: TraceSpan) => readonly TraceSpan[]
}

/** Connects the spans by their ids. */
export function buildTree(spans: readonly TraceSpan[]): TraceTree {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const children = new Map<string | undefined, TraceSpan[]>()
  for (const span of spans) {
    const siblings = children.get(span.parentSpanId) ?? []
    siblings.push(span)
    children.set(span.parentSpanId, siblings)
  }
  return {
    spans,
    parentOf: ({ parentSpanId }) => (parentSpanId === undefined ? undefined : byId.get(parentSpanId)),
    childrenOf: ({ spanId }) => children.get(spanId) ?? [],
    siblingsOf: (span) => (children.get(span.parentSpanId) ?? []).filter((each) => each !== span),
  }
}

/**
 * Whether a span may be outside of its parent: page loads; consumer spans and their descendants; incomplete spans, spans that
 * were kept although unsampled, actions that ended by a timeout, and the children of these three.
 */
export function mayBeOutside(span: TraceSpan, { parentOf }: TraceTree): boolean {
  const seen = new Set<TraceSpan>()
  for (let each: TraceSpan | undefined = span; each && !seen.has(each); each = parentOf(each)) {
    if (each.kind === 'CONSUMER') return true
    seen.add(each)
  }
  if (attributeOf(span, ATTR_ACTION_TYPE) === 'pageload') return true
  return [span, parentOf(span)].some((each) => each !== undefined && isCutOff(each))
}

function isCutOff(span: TraceSpan): boolean {
  const isIncomplete = String(attributeOf(span, ATTR_INCOMPLETE)) === 'true'
  return isIncomplete || isKept(span) || attributeOf(span, ATTR_ACTION_END_REASON) === 'timeout'
}

/** Whether a span was exported although it is not sampled. It may lack its parent. */
export function isKept(span: TraceSpan): boolean {
  return attributeOf(span, ATTR_KEPT) !== undefined
}
