import type { SpanContext, TraceState } from '@opentelemetry/api'
import { createTraceState, type HeadSampler, RANDOM_FLAG, SAMPLED_FLAG } from '@throughline/otel-shared'

/** Gives a span that has no local parent its context: sampled or not, by its remote parent or by the sampler. */
export type Sampling = (parent: SpanContext | undefined, traceId: string, spanId: string) => SpanContext

/** Sampling where a trace enters this worker. The flags of a root say that its id is random (level 2). */
export function createEdgeSampling(sampler: HeadSampler): Sampling {
  const traceState: TraceState | undefined =
    sampler.threshold === undefined
      ? undefined
      : createTraceState(new Map([['ot', `th:${sampler.threshold}`]]))
  return (parent, traceId, spanId) => {
    if (parent) {
      const sampled = sampler.shouldSample({
        traceId,
        parentSampled: (parent.traceFlags & SAMPLED_FLAG) !== 0,
      })
      const traceFlags = sampled ? parent.traceFlags | SAMPLED_FLAG : parent.traceFlags & ~SAMPLED_FLAG
      return parent.traceState
        ? { traceId, spanId, traceFlags, traceState: parent.traceState }
        : { traceId, spanId, traceFlags }
    }
    if (!sampler.shouldSample({ traceId })) return { traceId, spanId, traceFlags: RANDOM_FLAG }
    const traceFlags = RANDOM_FLAG | SAMPLED_FLAG
    return traceState ? { traceId, spanId, traceFlags, traceState } : { traceId, spanId, traceFlags }
  }
}
