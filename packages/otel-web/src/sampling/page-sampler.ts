import { type Context, TraceFlags, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base'

/** The decisions that the sampler depends on. */
export interface RecordingDecisions {
  isOn(): boolean
  sampleRoot(): boolean
}

/**
 * A child span follows the decision of its parent, a root span the decision of the session. Unsampled spans are
 * recorded with trace flags 00, so that they can be exported if they fail or are slow. While recording is off, no span
 * is recorded.
 */
export class PageSampler implements Sampler {
  readonly #state: RecordingDecisions

  constructor(state: RecordingDecisions) {
    this.#state = state
  }

  shouldSample(context: Context): SamplingResult {
    if (!this.#state.isOn()) return { decision: SamplingDecision.NOT_RECORD }
    const parent = trace.getSpanContext(context)
    const sampled = parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : this.#state.sampleRoot()
    return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD }
  }

  toString(): string {
    return 'PageSampler'
  }
}
