import type { SpanNode, TraceTree } from './trace-tree.ts'

/** The rows of the waterfall from top to bottom: all spans except those below a collapsed span. */
export function visibleRows(tree: TraceTree, collapsed: ReadonlySet<string>): SpanNode[] {
  const rows: SpanNode[] = []
  const pending = tree.roots.toReversed()
  for (let node = pending.pop(); node; node = pending.pop()) {
    rows.push(node)
    if (collapsed.has(node.span.spanId)) continue
    for (const child of node.children.toReversed()) pending.push(child)
  }
  return rows
}

/** The ids of the ancestors of a span. None of them may be collapsed if the span is to be visible. */
export function ancestorIds(node: SpanNode): string[] {
  const ids: string[] = []
  for (let above = node.parent; above; above = above.parent) ids.push(above.span.spanId)
  return ids
}
