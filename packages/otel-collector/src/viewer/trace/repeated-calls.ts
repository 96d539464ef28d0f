import { spanKindName } from '../../spans/semconv.ts'
import { spanTarget } from '../../spans/span-title.ts'
import type { SpanNode } from './trace-tree.ts'

/** At least this many equal calls one after another suggest a loop that one call could replace ("N+1 queries"). */
const MIN_CALLS = 5

/** Equal calls of a span, each of which began after the one before had ended. */
export interface RepeatedCalls {
  readonly name: string
  readonly count: number
  /** From the start of the first to the end of the last. */
  readonly nanos: number
}

/** The equal calls of a span that took the longest, if there are at least five one after another. */
export function repeatedCalls({ children }: SpanNode): RepeatedCalls | undefined {
  if (children.length < MIN_CALLS) return undefined
  const calls = children.filter(({ span }) => ['client', 'producer'].includes(spanKindName(span.kind)))
  const groups = Map.groupBy(calls, ({ service, span }) => JSON.stringify([service, callName(span)]))
  return Array.from(groups.values(), sequenceOf)
    .filter(({ count }) => count >= MIN_CALLS)
    .sort((a, b) => b.nanos - a.nanos)[0]
}

/** The calls that did not overlap. Children are sorted by their start. */
function sequenceOf(calls: readonly SpanNode[]): RepeatedCalls {
  const [first] = calls
  let [count, endNano] = [0, Number.NEGATIVE_INFINITY]
  for (const { startNano, durationNano } of calls) {
    if (startNano < endNano) continue
    count++
    endNano = startNano + durationNano
  }
  return { name: first ? callName(first.span) : '', count, nanos: endNano - (first?.startNano ?? 0) }
}

function callName(span: SpanNode['span']): string {
  const target = spanTarget(span)
  return target === undefined ? span.name : `${span.name} ${target}`
}
