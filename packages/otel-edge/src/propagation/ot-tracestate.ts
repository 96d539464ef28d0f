import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from '@throughline/otel-shared'
import { MAX_TRACESTATE_VALUE } from '../limits.ts'

/**
 * The explicit randomness of a trace: 56 bits as hex, from the field `rv` in the tracestate's `ot` member. Returns
 * `undefined` when there is none; the last 56 bits of the trace id are then the randomness.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function getRandomness(traceState: TraceState | undefined): string | undefined {
  return /(?:^|;)rv:([0-9a-f]{14})(?:;|$)/.exec(traceState?.get('ot') ?? '')?.[1]
}

/** Replaces or removes the sampling threshold (`th`). Other fields are kept as long as the member has a valid length. */
export function withThreshold(
  traceState: TraceState = createTraceState(),
  threshold: string | undefined,
): TraceState {
  const others = (traceState.get('ot') ?? '').split(';').filter((pair) => /^(?!th:)[^:]+:/.test(pair))
  // The randomness comes first, so that unknown fields cannot displace it.
  others.sort((left, right) => Number(right.startsWith('rv:')) - Number(left.startsWith('rv:')))
  let member = threshold === undefined ? '' : `th:${threshold}`
  for (const pair of others) {
    const separator = member === '' ? '' : ';'
    // `set` ignores a value that is too long, which would keep the old threshold.
    if (member.length + separator.length + pair.length <= MAX_TRACESTATE_VALUE) member += separator + pair
  }
  return member === '' ? traceState.unset('ot') : traceState.set('ot', member)
}
