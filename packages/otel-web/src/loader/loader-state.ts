import type { MetReact } from '../instrumentation/react/meet-react.ts'
import type { Method } from '../platform/patch.ts'
import type { Tracing } from '../tracing.ts'

/** A user action that the loader recorded. */
export interface EarlyAction {
  /** Its `eventPhase` is not 0 while it is dispatched. Work that starts during that time belongs to the action. */
  readonly event_: Event
  readonly traceId_: string
}

/** A request to which the loader has assigned a span id. Times are `performance.now()` values. */
export type EarlyRequest = [
  startMillis: number,
  /** The method and the absolute URL. */
  sent: Request,
  spanId: string,
  /** The action that the request belongs to. Undefined means the page load. */
  action: EarlyAction | undefined,
  /**
   * The `traceparent` for the request; false if its URL must not get one. The request may have carried the caller's
   * own.
   */
  traceparent: string | false | undefined,
  /** The result of the patched function. For a fetch, the page gets a promise derived from it. */
  result?: Promise<Response> | XMLHttpRequest,
  /** The time at which the promise of a fetch settled. */
  settledMillis?: number,
]

/** A method call on the handle of the loader, which the SDK repeats. */
export type EarlyCall = [name: string, args: unknown[]]

/** The state that the loader passes to the SDK. Both builds mangle names that end in `_` to the same short names. */
export interface LoaderState {
  readonly script_: HTMLElement
  readonly traceId_: string
  /** The session's trace flags: `01`, or `00` when the session is not sampled. */
  readonly sampled_: string
  /** When this is truthy, nothing is recorded and all calls are passed through. */
  stopped_: unknown
  readonly log_: (EarlyAction | EarlyRequest | EarlyCall)[]
  /** The listener for the events that start actions. */
  readonly onEvent_: (event: Event) => void
  /** The URLs of the SDK and of its chunks, as the Trusted Types policy returned them. */
  readonly urls_: readonly unknown[]
  /** The handlers of the patches, by the name of the patched function. */
  readonly fetch: Patch
  readonly open: Patch
  readonly send: Patch
  readonly setRequestHeader: Patch
  /** The patch of React. It is in use if the page has React. */
  readonly react_: MetReact
  /** Set by the SDK. Later calls of the handle are passed on to it. */
  tracing_?: Tracing
}

/** The handler of a proxy for a function. Without `apply` the proxy passes every call through. */
export interface Patch {
  apply?: ((stock: Method, self: unknown, args: unknown[]) => unknown) | undefined
}

export function isEarlyRequest(entry: LoaderState['log_'][number]): entry is EarlyRequest {
  return Array.isArray(entry) && typeof entry[0] === 'number'
}
