import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { ActionHandle } from './actions/action-handle.ts'
import type { TraceInfo } from './actions/trace-info.ts'
import type { ExportHealth } from './export/export-health.ts'
import type { Consent } from './session/consent.ts'

export interface SettingsHealth {
  /**
   * The number of options with an unusable value and of `data-` attributes without effect. Debug mode names them. Absent
   * until the extras chunk has loaded.
   */
  readonly invalidSettings?: number
}

/** A user. Each property except `hashId` becomes the attribute `user.` + its name. */
export interface TracingUser {
  readonly id?: string | undefined
  /**
   * Whether the SHA-256 of the id is recorded as `user.hash`, in hexadecimal digits, in place of the id. Pages that are
   * no secure context (`http:`, except on `localhost`) cannot compute it, and record neither. Default false.
   */
  readonly hashId?: boolean
  /** Any other property of the user, such as `roles`. */
  readonly [property: string]: AttributeValue | undefined
}

/** Counts of this page's spans by what became of them, and the conditions under which spans are recorded. */
export interface Health extends ExportHealth, SettingsHealth {
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
  /**
   * Sets attributes on every span that starts from now on, also in later pages of the session. A value of `undefined`
   * removes one. All are removed when consent is withdrawn.
   */
  setAttributes(attributes: Attributes): void
  /**
   * Sets the user, or only the `user.id`, like {@link setAttributes}. The attributes of the user before are removed.
   * `undefined` removes the user. An e-mail address is redacted.
   */
  setUser(user: string | TracingUser | undefined): void
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
