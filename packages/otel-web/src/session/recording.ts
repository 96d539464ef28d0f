import { createSampler } from '@throughline/otel-shared'
import type { TracingOptions } from '../options.ts'
import { createRateLimit } from './rate-limit.ts'
import { Session, wasKilled } from './session.ts'

const MAX_TRACES_PER_MINUTE = 600

/** Whether, and of whom, anything is recorded. */
export interface Recording {
  readonly session: Session
  /** False while consent is missing, and for good after `stop`. */
  isOn(): boolean
  sampleRoot(): boolean
  /** The collector wants nothing more: this page is silent, and others are for an hour. */
  kill(): void
  stop(): void
}

export function createRecording(options: TracingOptions, earlySampled: boolean | undefined): Recording {
  const sampler = createSampler(options.sampler, options.samplerArg)
  const needsConsent = options.consent === 'required'
  const session = new Session((id) => sampler.shouldSample({ traceId: id }), needsConsent, earlySampled)
  const allow = createRateLimit(options.maxTracesPerMinute ?? MAX_TRACES_PER_MINUTE)
  let stopped = wasKilled()
  return {
    session,
    isOn() {
      if (stopped || session.consent === 'denied') return false
      return !needsConsent || session.consent === 'granted'
    },
    sampleRoot: () => session.sampled && allow(),
    kill() {
      stopped = true
      session.kill()
    },
    stop() {
      stopped = true
    },
  }
}
