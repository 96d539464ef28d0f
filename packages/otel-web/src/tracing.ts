import type { Attributes } from '@opentelemetry/api'
import type { ActionHandle } from './actions/action-handle.ts'
import type { TraceInfo } from './actions/trace-info.ts'
import type { ExportHealth } from './export/export-health.ts'
import type { Consent } from './session/consent.ts'

/** Counts of this page's spans by what became of them, and the conditions under which spans are recorded. */
export interface Health extends ExportHealth {
  /** False while consent is missing, and after the collector has refused all spans or `shutdown()` was called. */
  readonly recording: boolean
  readonly sampled: boolean
  readonly consent: Consent
  readonly sessionId: string | undefined
  /** Functions that are not traced because the page has made them read-only or an accessor: `['fetch']`. */
  readonly unpatched: readonly string[]
}

/** The handle of the running SDK. */
export interface Tracing {
  /**
   * Runs `fn` as an action and returns its result unchanged. Requests and spans that `fn` causes are children of the
   * action, even after several awaits. The plain `@opentelemetry/api` can be used inside `fn`.
   *
   * The action lasts until a promise that `fn` returns is settled. Subclasses of `Promise`, thenables and promises of
   * other realms are not awaited: the action then lasts as long as its requests and timers.
   */
  action<T>(name: string, fn: (action: ActionHandle) => T): T
  /**
   * Records a caught error: on the action that is active or that the error came from, otherwise as a trace of its own.
   * `context` becomes attributes of the exception event. Each error object is recorded once.
   */
  recordError(error: unknown, context?: Attributes): void
  /** Sets attributes on every span that starts from now on. A value of `undefined` removes one. */
  setAttributes(attributes: Attributes): void
  /** Sets `user.id` on every span that starts from now on. `undefined` removes it. An e-mail address is redacted. */
  setUser(id: string | undefined): void
  /** Calls back for each root span that will be exported, when it ends. Returns the unsubscribe function. */
  onTrace(callback: (trace: TraceInfo) => void): () => void
  /** Sends the waiting spans. Resolves when this is done or has failed. */
  flush(): Promise<void>
  /** Counts of sent, waiting and dropped spans, and the reasons for dropping them. */
  health(): Health
  /** Sets the user's consent. If it is denied, recording stops and stored spans are deleted. */
  setConsent(granted: boolean): void
  /** Ends and sends all open spans, and restores all patched globals. */
  shutdown(): Promise<void>
}

/** The handle for environments without tracing: a server, or a browser that sends a privacy signal. */
export function createInertTracing(): Tracing {
  const nothing = () => {}
  return {
    action: (_name, fn) => fn({ traceId: '', end: nothing, hold: () => nothing }),
    recordError: nothing,
    setAttributes: nothing,
    setUser: nothing,
    onTrace: () => nothing,
    flush: async () => {},
    health: () => ({
      recording: false,
      sampled: false,
      consent: 'unset',
      sessionId: undefined,
      unpatched: [],
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
