import type { SpanNode } from './trace-tree.ts'

/** A part of the critical path, in nanoseconds since the start of the trace. */
export interface Segment {
  readonly startNano: number
  readonly endNano: number
}

/** The parts of the critical path in which the span itself was what the root waited for. Spans off the path are missing. */
export type CriticalPath = ReadonlyMap<SpanNode, readonly Segment[]>

/**
 * Finds what the duration of a root consists of. Backwards from its end, the path goes to the child that ended last, from
 * the start of that child to the child that had ended before, and so on. Time without such a child belongs to the span
 * itself. A child is cut where it exceeds its parent, which also covers clocks that disagree.
 *
 * @see https://www.jaegertracing.io/docs/2.13/frontend-ui/ and https://www.usenix.org/conference/atc22/presentation/zhang-zhizhou
 */
export function criticalPath(root: SpanNode | undefined): CriticalPath {
  const path = new Map<SpanNode, Segment[]>()
  // Iterative, since a chain of spans may be deeper than the call stack.
  const pending = root ? [{ node: root, startNano: root.startNano, endNano: endOf(root) }] : []
  for (let part = pending.pop(); part; part = pending.pop()) {
    const { node, startNano, endNano } = part
    const own: Segment[] = []
    let reached = endNano
    for (const child of node.children.toSorted((a, b) => endOf(b) - endOf(a))) {
      const end = Math.min(endOf(child), endNano)
      const start = Math.max(child.startNano, startNano)
      // It still ran when the next child on the path began, so that one did not wait for it.
      if (end > reached || start >= end) continue
      if (end < reached) own.push({ startNano: end, endNano: reached })
      pending.push({ node: child, startNano: start, endNano: end })
      reached = start
    }
    if (reached > startNano) own.push({ startNano, endNano: reached })
    if (own.length > 0) path.set(node, own.reverse())
  }
  return path
}

/** The segments of a span, or of all spans below it too if they are hidden. Adjacent segments are joined. */
export function segmentsOf(path: CriticalPath, node: SpanNode, isCollapsed: boolean): readonly Segment[] {
  if (!isCollapsed) return path.get(node) ?? []
  const all: Segment[] = []
  const pending = [node]
  for (let below = pending.pop(); below; below = pending.pop()) {
    all.push(...(path.get(below) ?? []))
    for (const child of below.children) pending.push(child)
  }
  const joined: Segment[] = []
  for (const segment of all.sort((a, b) => a.startNano - b.startNano)) {
    const last = joined.at(-1)
    if (last?.endNano === segment.startNano) joined[joined.length - 1] = { ...last, endNano: segment.endNano }
    else joined.push(segment)
  }
  return joined
}

/** The time on the critical path of the spans with one service and one name. */
export interface OperationTime {
  readonly service: string
  readonly name: string
  readonly spanCount: number
  readonly nanos: number
}

/** Sums up the critical path by operation, the longest time first. */
export function timeByOperation(path: CriticalPath): OperationTime[] {
  const groups = Map.groupBy(path, ([{ service, span }]) => JSON.stringify([service, span.name]))
  return Array.from(groups.values(), (entries) => {
    const [first] = entries
    return {
      service: first?.[0].service ?? '',
      name: first?.[0].span.name ?? '',
      spanCount: entries.length,
      nanos: sum(entries.flatMap(([, segments]) => segments.map(lengthOf))),
    }
  }).sort((a, b) => b.nanos - a.nanos)
}

/** Sums up operations by service, the longest time first. */
export function timeByService(times: readonly OperationTime[]): { service: string; nanos: number }[] {
  return Array.from(
    Map.groupBy(times, ({ service }) => service),
    ([service, group]) => ({ service, nanos: sum(group.map(({ nanos }) => nanos)) }),
  ).sort((a, b) => b.nanos - a.nanos)
}

function endOf({ startNano, durationNano }: SpanNode): number {
  return startNano + durationNano
}

function lengthOf({ startNano, endNano }: Segment): number {
  return endNano - startNano
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
