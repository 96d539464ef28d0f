import { samplerRatio } from '@throughline/otel-shared'
import type { TracingOptions } from '../options.ts'
import { createRateLimit } from '../sampling/rate-limit.ts'
import { Session, wasKilled } from './session.ts'

const MAX_TRACES_PER_MINUTE = 600

/** Decides whether anything is recorded, and for which session. */
export interface Recording {
  readonly session: Session
  /** False while consent is missing or denied, and permanently after `stop`. */
  isOn(): boolean
  /** The sampling decision for a new root span. */
  sampleRoot(): boolean
  /** Makes the session decide about root spans. Until then the decision of the loader is used. */
  followSession(): void
  /** Stops recording because the collector refuses all spans: permanently in this page, for an hour in other pages. */
  kill(): void
  stop(): void
}

export function createRecording(options: TracingOptions, earlySampled: boolean | undefined): Recording {
  const ratio = samplerRatio(options.sampler, options.samplerArg)
  const needsConsent = options.consent !== undefined
  const session = new Session(() => Math.random() < ratio, needsConsent, earlySampled)
  const allow = createRateLimit(options.maxTracesPerMinute ?? MAX_TRACES_PER_MINUTE)
  let stopped = wasKilled()
  let early = earlySampled
  return {
    session,
    isOn() {
      if (stopped || session.consent === 'denied') return false
      return !needsConsent || session.consent === 'granted'
    },
    // The loader has already sent its trace flags, so they are used even if the session has ended since.
    sampleRoot: () => early ?? (session.sampled && allow()),
    followSession() {
      early = undefined
    },
    kill() {
      stopped = true
      session.kill()
    },
    stop() {
      stopped = true
    },
  }
}
