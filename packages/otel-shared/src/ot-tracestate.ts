import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from './tracestate.ts'

const RANDOMNESS = /^[0-9a-f]{14}$/

/**
 * The explicit randomness of a trace, 56 bits as hex, by the `rv` of tracestate's `ot` member; `undefined`: the trace
 * id's own last digits are it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
 */
export function getRandomness(traceState: TraceState | undefined): string | undefined {
  const randomness = readMember(traceState).get('rv')
  return randomness !== undefined && RANDOMNESS.test(randomness) ? randomness : undefined
}

/** The tracestate with another sampling threshold (`th`), or with none; all else of it stays. */
export function withThreshold(
  traceState: TraceState | undefined,
  threshold: string | undefined,
): TraceState | undefined {
  const values = readMember(traceState)
  if (values.get('th') === threshold) return traceState
  if (threshold === undefined) values.delete('th')
  else values.set('th', threshold)
  const state = traceState ?? createTraceState()
  const member = Array.from(values, ([key, value]) => `${key}:${value}`).join(';')
  return member === '' ? state.unset('ot') : state.set('ot', member)
}

function readMember(traceState: TraceState | undefined): Map<string, string> {
  const pairs = traceState?.get('ot')?.split(';') ?? []
  return new Map(
    pairs.flatMap((pair) => {
      const separator = pair.indexOf(':')
      return separator < 1 ? [] : [[pair.slice(0, separator), pair.slice(separator + 1)] as const]
    }),
  )
}
