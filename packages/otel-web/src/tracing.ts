import type { TraceInfo } from './actions/action-tracker.ts'
import type { ActionHandle } from './actions/manual-action.ts'
import type { DeliveryHealth } from './export/delivery.ts'
import type { Consent } from './session/session.ts'

/** What became of the spans, and under which conditions they are recorded. Counts are of spans of this page. */
export interface Health extends DeliveryHealth {
  /** False while consent is missing, or after the collector or `shutdown()` has ended it all. */
  readonly recording: boolean
  readonly sampled: boolean
  readonly consent: Consent
  readonly sessionId: string | undefined
}

/** The running SDK. */
export interface Tracing {
  /**
   * Runs `fn` as an action of its own and returns what it returns. Requests and spans it causes are its children,
   * however many awaits later; plain `@opentelemetry/api` works inside.
   */
  action<T>(name: string, fn: (action: ActionHandle) => T): T
  /** Tells each root span that will be exported when it ends. Returns the unsubscribe function. */
  onTrace(callback: (trace: TraceInfo) => void): () => void
  /** Sends what waits; resolves when it is sent or has failed. */
  flush(): Promise<void>
  /** What was sent, what waits, what was dropped and why. */
  health(): Health
  /** Consent given, or withdrawn: then nothing is recorded any more, and what was stored is deleted. */
  setConsent(granted: boolean): void
  /** Ends everything open, sends it, and puts every patched global back. */
  shutdown(): Promise<void>
}

/** The handle where there is nothing to trace: on a server, or where privacy signals forbid it. */
export function createInertTracing(): Tracing {
  const nothing = () => {}
  return {
    action: (_name, fn) => fn({ traceId: '', end: nothing, hold: () => nothing }),
    onTrace: () => nothing,
    flush: async () => {},
    health: () => ({
      recording: false,
      sampled: false,
      consent: 'unset',
      sessionId: undefined,
      sent: 0,
      waiting: 0,
      stored: 0,
      dropped: 0,
      droppedBy: {},
      lastFailure: undefined,
    }),
    setConsent: nothing,
    shutdown: async () => {},
  }
}
