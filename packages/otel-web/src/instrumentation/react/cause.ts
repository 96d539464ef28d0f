import type { Context } from '@opentelemetry/api'

/** The context whose state updates caused something. Undefined when none is known. */
export type Cause = Context | undefined

/** Returns the context of work that one of several contexts caused: `withPossibleCauses` of the SDK. */
export type Several = (contexts: readonly Context[]) => Context

let several: Several
/** The cause of updates whose context is unknown. Work that follows from them has no context. */
export let UNKNOWN: Context

export function setSeveral(given: Several): void {
  several = given
  UNKNOWN = given([])
}

/** Joins two causes: the result means one of their contexts. */
export function join(one: Cause, other: Cause | 0): Cause {
  return !one || one === other ? other || one : other ? several([one, other]) : one
}
