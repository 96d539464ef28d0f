import { type Context, TraceFlags, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base'

/**
 * Children follow their parent, roots the page's decision. What is not sampled is recorded all the same, with flags
 * 00: should it turn out to be an error or slow, it is kept.
 */
export class PageSampler implements Sampler {
  readonly #sampleRoot: (traceId: string) => boolean

  constructor(sampleRoot: (traceId: string) => boolean) {
    this.#sampleRoot = sampleRoot
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const parent = trace.getSpanContext(context)
    const sampled = parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : this.#sampleRoot(traceId)
    return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD }
  }

  toString(): string {
    return 'PageSampler'
  }
}
