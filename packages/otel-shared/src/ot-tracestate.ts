import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from './tracestate.ts'

const RANDOMNESS = /(?:^|;)rv:([0-9a-f]{14})(?:;|$)/

/**
 * The explicit randomness of a trace, 56 bits as hex, by the `rv` of tracestate's `ot` member; `undefined`: the trace
 * id's own last digits are it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function getRandomness(traceState: TraceState | undefined): string | undefined {
  return RANDOMNESS.exec(traceState?.get('ot') ?? '')?.[1]
}

/** The tracestate with another sampling threshold (`th`), or with none; all else of it stays. */
export function withThreshold(
  traceState: TraceState = createTraceState(),
  threshold: string | undefined,
): TraceState {
  const others = (traceState.get('ot') ?? '').split(';').filter((pair) => /^(?!th:)[^:]+:/.test(pair))
  const member = (threshold === undefined ? others : [`th:${threshold}`, ...others]).join(';')
  return member === '' ? traceState.unset('ot') : traceState.set('ot', member)
}
