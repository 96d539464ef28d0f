import type { SpanContext, TraceState } from '@opentelemetry/api'

/** Creates a span context. Without a tracestate, the property `traceState` is absent. */
export function spanContextOf(
  traceId: string,
  spanId: string,
  traceFlags: number,
  traceState: TraceState | undefined,
): SpanContext {
  return traceState ? { traceId, spanId, traceFlags, traceState } : { traceId, spanId, traceFlags }
}
