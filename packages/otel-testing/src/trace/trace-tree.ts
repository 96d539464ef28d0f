import { kindOf, type ReceivedSpan, statusOf } from './received-span.ts'

/** A span and its children, which are sorted by start. */
export interface SpanNode extends ReceivedSpan {
  readonly children: readonly SpanNode[]
}

/** Builds trees from spans. A span without a parent among the spans is a root, and so is the first of spans that are their own ancestors. */
export function toTrees(spans: readonly ReceivedSpan[]): SpanNode[] {
  const ids = new Set(spans.map(idOf))
  const isRoot = (span: ReceivedSpan) => !span.parentSpanId || !ids.has(parentIdOf(span))
  const childrenOf = new Map<string, ReceivedSpan[]>()
  for (const span of spans) {
    const siblings = childrenOf.get(parentIdOf(span)) ?? []
    childrenOf.set(parentIdOf(span), siblings)
    siblings.push(span)
  }
  const seen = new Set<ReceivedSpan>()
  const toNode = (span: ReceivedSpan, ancestors: readonly ReceivedSpan[]): SpanNode => {
    seen.add(span)
    const path = [...ancestors, span]
    const children = (childrenOf.get(idOf(span)) ?? []).filter((child) => !path.includes(child))
    return { ...span, children: inOrder(children).map((child) => toNode(child, path)) }
  }
  const trees = inOrder(spans.filter(isRoot)).map((span) => toNode(span, []))
  for (const span of inOrder(spans)) if (!seen.has(span)) trees.push(toNode(span, []))
  return trees
}

/** A node and all nodes below it. */
export function flatten(node: SpanNode): SpanNode[] {
  return [node, ...node.children.flatMap(flatten)]
}

/** Formats trees as text with one line for each span: service, name, kind, `ERROR` if it failed, and duration. */
export function drawTrees(trees: readonly SpanNode[]): string {
  return trees.flatMap((tree) => [`trace ${tree.traceId}`, ...drawTree(tree, '  ')]).join('\n')
}

function drawTree(node: SpanNode, indent: string): string[] {
  const words = [node.service, `"${node.name}"`, kindOf(node)]
  if (statusOf(node) === 'ERROR') words.push('ERROR')
  words.push(`${node.durationMillis.toFixed(1)} ms`)
  if (indent === '  ' && node.parentSpanId) words.push(`(parent ${node.parentSpanId})`)
  return [indent + words.join(' '), ...node.children.flatMap((child) => drawTree(child, `${indent}  `))]
}

/** Sorts by start, then by end. With a clock of whole milliseconds, several spans can have the same start. */
function inOrder(spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  return spans.toSorted(
    (a, b) =>
      Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)) ||
      Number(BigInt(a.endTimeUnixNano) - BigInt(b.endTimeUnixNano)),
  )
}

const idOf = ({ traceId, spanId }: ReceivedSpan) => `${traceId}-${spanId}`
const parentIdOf = ({ traceId, parentSpanId }: ReceivedSpan) => `${traceId}-${parentSpanId}`
