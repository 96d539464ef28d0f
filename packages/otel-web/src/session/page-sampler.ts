import { type Context, TraceFlags, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-base'

/**
 * Children follow their parent, roots the session's decision. What is not sampled is recorded all the same, with flags
 * 00: should it turn out to be an error or slow, it is kept. While recording is off, nothing is recorded.
 */
export class PageSampler implements Sampler {
  readonly #isRecording: () => boolean
  readonly #sampleRoot: () => boolean

  constructor(isRecording: () => boolean, sampleRoot: () => boolean) {
    this.#isRecording = isRecording
    this.#sampleRoot = sampleRoot
  }

  shouldSample(context: Context): SamplingResult {
    if (!this.#isRecording()) return { decision: SamplingDecision.NOT_RECORD }
    const parent = trace.getSpanContext(context)
    const sampled = parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : this.#sampleRoot()
    return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.RECORD }
  }

  toString(): string {
    return 'PageSampler'
  }
}
