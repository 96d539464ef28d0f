import type { Context } from '@opentelemetry/api'
import type { Sdk } from './sdk.ts'
import type { SpanRecord } from './span-record.ts'

/** What a runtime event (a request, a batch of messages, an alarm) gives us to outlive its answer. */
export interface WaitUntil {
  waitUntil(promise: Promise<unknown>): void
}

/** One event that a worker handles, and what its spans share. Never shared between events. */
export interface Invocation {
  readonly sdk: Sdk
  readonly lifetime: WaitUntil
  /** Ends client spans whose response body nobody read, or nobody reads any more. */
  unfinished: Set<() => void> | undefined
  /** Finished spans that are not sampled, until the event is over. Only when `keep` is set. */
  held?: SpanRecord[] | undefined
  /** How many more there were than are held. */
  heldOver?: number
  /** Why such spans are exported; empty when they are not. Known once the event is over. */
  kept?: 'error' | 'slow' | ''
  /** The span that the event itself is, once there is one. */
  server?: unknown
  /** Nobody ends what begins now: the event has ended, and goes on in `waitUntil` at most. */
  isOver?: boolean
}

/** Ends what is still open when its event is over. */
export function endUnfinished(invocation: Invocation): void {
  invocation.isOver = true
  const { unfinished } = invocation
  if (!unfinished) return
  for (const end of unfinished) end()
  unfinished.clear()
}

const INVOCATION = Symbol('throughline invocation')

export function getInvocation(context: Context): Invocation | undefined {
  return context.getValue(INVOCATION) as Invocation | undefined
}

export function setInvocation(context: Context, invocation: Invocation): Context {
  return context.setValue(INVOCATION, invocation)
}
