import { spanTarget } from '../../spans/span-title.ts'
import { criticalPath, type OperationTime, timeByOperation } from '../trace/critical-path.ts'
import { mainSpan, type SpanNode, type TraceTree } from '../trace/trace-tree.ts'

/** The same span in two traces, or a span that only one of them has. */
export interface ComparedSpan {
  readonly service: string
  readonly name: string
  readonly depth: number
  readonly first: SpanNode | undefined
  readonly second: SpanNode | undefined
}

/**
 * Pairs the spans of two traces, in the order of the waterfall. Below a pair, spans of one service, name, target and kind
 * are paired in the order of their start.
 */
export function compareTrees(first: TraceTree, second: TraceTree): ComparedSpan[] {
  const rows: ComparedSpan[] = []
  // Iterative, since a chain of spans may be deeper than the call stack.
  const pending = pair(first.roots, second.roots).reverse()
  for (let row = pending.pop(); row; row = pending.pop()) {
    rows.push(row)
    pending.push(...pair(row.first?.children ?? [], row.second?.children ?? []).reverse())
  }
  return rows
}

function pair(first: readonly SpanNode[], second: readonly SpanNode[]): ComparedSpan[] {
  const waiting = Map.groupBy(second, keyOf)
  const pairs = first.map((node) => compared(node, waiting.get(keyOf(node))?.shift()))
  const rest = [...waiting.values()].flat().map((node) => compared(undefined, node))
  return [...pairs, ...rest].sort((a, b) => offsetOf(a) - offsetOf(b))
}

function compared(first: SpanNode | undefined, second: SpanNode | undefined): ComparedSpan {
  const { service = '', span, depth = 0 } = first ?? second ?? {}
  const target = span && spanTarget(span)
  const name = span?.name || '(no name)'
  return { service, name: target === undefined ? name : `${name} ${target}`, depth, first, second }
}

function keyOf({ service, span }: SpanNode): string {
  return JSON.stringify([service, span.name, spanTarget(span), span.kind])
}

/** The start of a span since the start of its parent, by which spans of different traces can be sorted. */
function offsetOf({ first, second }: ComparedSpan): number {
  const node = first ?? second
  return node ? node.startNano - (node.parent?.startNano ?? 0) : 0
}

/** The critical path's time of an operation in two traces, in nanoseconds. */
export interface ComparedTime {
  readonly service: string
  readonly name: string
  readonly first: number
  readonly second: number
}

/** The operations on the critical paths of two traces, the largest difference first. */
export function compareTimes(first: TraceTree, second: TraceTree): ComparedTime[] {
  const [before, after] = [first, second].map((tree) => timeByOperation(criticalPath(mainSpan(tree))))
  const all = Map.groupBy([...(before ?? []), ...(after ?? [])], ({ service, name }) =>
    JSON.stringify([service, name]),
  )
  const nanosIn = (times: readonly OperationTime[] | undefined, group: readonly OperationTime[]) =>
    group.find((time) => times?.includes(time))?.nanos ?? 0
  return Array.from(all.values(), (group) => ({
    service: group[0]?.service ?? '',
    name: group[0]?.name ?? '',
    first: nanosIn(before, group),
    second: nanosIn(after, group),
  })).sort((a, b) => Math.abs(b.second - b.first) - Math.abs(a.second - a.first))
}
