import type { Tracing } from '../tracing.ts'

/** A user's action that the loader saw. */
export interface EarlyAction {
  /** Its phase is not 0 as long as it is being dispatched: exactly the time in which what happens is its work. */
  readonly event_: Event
  readonly traceId_: string
}

/** A request that the loader gave its ids to. Times are of `performance.now()`. */
export type EarlyRequest = [
  startMillis: number,
  /** Method and absolute URL. */
  sent: Request,
  spanId: string,
  /** Whose work it is; the page load's when there is none. */
  action: EarlyAction | undefined,
  /** What it carried, if it might. */
  traceparent: string | false | undefined,
  /** What the platform answered; of a fetch, the page holds a promise derived from it. */
  result?: Promise<Response> | XMLHttpRequest,
  /** When a fetch's promise settled. */
  settledMillis?: number,
]

/** A call of the early handle, to be made up for. */
export type EarlyCall = [name: string, args: unknown[]]

/** What the loader leaves to the SDK. Names that end in `_` are shortened in both builds, to the same letters. */
export interface HandOver {
  readonly script_: HTMLElement
  readonly traceId_: string
  /** The session's flags: `01`, or `00` when it is not sampled. */
  readonly sampled_: string
  /** Truthy: nothing is recorded, everything is let through. */
  stopped_: unknown
  readonly log_: (EarlyAction | EarlyRequest | EarlyCall)[]
  /** The listener for the events that are actions. */
  readonly onEvent_: (event: Event) => void
  /** The Trusted Types policy, where there are any. */
  policy_?: { createScriptURL(url: string): unknown } | undefined
  /** Set by the SDK: calls of the early handle go there from now on. */
  tracing_?: Tracing
}

/** A function of the loader's in a patched place. */
export interface Patched {
  stock_?: unknown
}
