import type { SpanNode, TraceTree } from './trace-tree.ts'

/** The rows of the waterfall from top to bottom: every span that is not below a collapsed one. */
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

/** The ids of the spans above one, which must not be collapsed for it to be seen. */
export function ancestorIds(node: SpanNode): string[] {
  const ids: string[] = []
  for (let above = node.parent; above; above = above.parent) ids.push(above.span.spanId)
  return ids
}
