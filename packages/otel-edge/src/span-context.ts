import type { SpanContext, TraceState } from '@opentelemetry/api'

/** The context of a span of ours; without a state there is no property for it either. */
export function spanContextOf(
  traceId: string,
  spanId: string,
  traceFlags: number,
  traceState: TraceState | undefined,
): SpanContext {
  return traceState ? { traceId, spanId, traceFlags, traceState } : { traceId, spanId, traceFlags }
}
