import type { Context, Span } from '@opentelemetry/api'
import type { Sdk } from './sdk.ts'
import type { SpanRecord } from './span-record.ts'
import type { WaitUntil } from './wait-until.ts'

/** One invocation of a worker (a request, a batch of messages, an alarm), and the state that its spans share. */
export interface Invocation {
  readonly sdk: Sdk
  readonly lifetime: WaitUntil
  /** The response bodies that have not been read to their end. */
  unfinished: UnfinishedBody[] | undefined
  /** Finished spans that are not sampled, until the tail decision. Set only with the option `keep`. */
  undecided?: SpanRecord[] | undefined
  /** The number of unsampled spans that were dropped because `undecided` was full. */
  undecidedOverflow?: number
  /** The reason why unsampled spans are exported. Empty if they are dropped. Absent until the tail decision. */
  tailDecision?: 'error' | 'slow' | ''
  /** The request of this invocation, until its span has ended. */
  server?: ServerRequest | undefined
  /** The `baggage` header of the incoming request, trusted or not. An outgoing header with this value is a copy of it. */
  incomingBaggage?: string | undefined
  /** The invocation has ended. Client spans that are started later (in `waitUntil`) must not be added to `unfinished`. */
  isOver?: boolean
}

/** A response body, with whose end a client span ends. */
export interface UnfinishedBody {
  /** Ends the span when the invocation ends. */
  leave(): void
}

/** A request that is being served, and its span. */
export interface ServerRequest {
  readonly request: Request
  /** The method of the request. Empty when the span is not recorded. */
  readonly method: string
  readonly span: Span
  readonly context: Context
  readonly invocation: Invocation
  readonly receivedMillis: number
  /** Whether the request carried a context, trusted or not. */
  readonly hasCaller: boolean
  /** Returns the outcome so far, for a request that ends before its handler. Set by the middleware of a router. */
  getOutcome?: () => RequestOutcome
  outcome?: RequestOutcome
  /** The redacted `http.route` of the span. */
  route?: string
}

/** The result of a router for a request. */
export interface RequestOutcome {
  /** The pattern of the route, `http.route`. */
  readonly route?: string | undefined
  /** The error that a handler threw and the router turned into a response. */
  readonly error?: unknown
}

/** Ends the client spans that are still open when their invocation ends. */
export function endUnfinished(invocation: Invocation): void {
  invocation.isOver = true
  for (const body of invocation.unfinished?.splice(0) ?? []) body.leave()
}

// Shared by all copies of this package in a process.
const INVOCATION = Symbol.for('throughline invocation')

export function getInvocation(context: Context): Invocation | undefined {
  return context.getValue(INVOCATION) as Invocation | undefined
}

export function setInvocation(context: Context, invocation: Invocation): Context {
  return context.setValue(INVOCATION, invocation)
}
