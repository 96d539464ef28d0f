import type { OtlpSpan, ResourceSpans, ScopeSpans } from '@throughline/otel-shared'
import { anyValueText } from '../../spans/any-value-text.ts'
import { isErrorSpan } from '../../spans/error-span.ts'
import { ATTR_SERVICE_NAME, UNKNOWN_SERVICE } from '../../spans/semconv.ts'
import { isPageLoad } from '../../spans/span-title.ts'

/** A span in the tree of its trace. Times are nanoseconds since the start of the trace. */
export interface SpanNode {
  readonly span: OtlpSpan
  readonly service: string
  readonly resource: ResourceSpans['resource']
  readonly scope: ScopeSpans['scope']
  readonly startNano: number
  readonly durationNano: number
  readonly isError: boolean
  /** True when its parent span has not arrived. */
  readonly isOrphan: boolean
  readonly depth: number
  readonly parent: SpanNode | undefined
  readonly children: SpanNode[]
  /** The number of spans below it. */
  descendants: number
  /** True when a span below it failed. */
  hasErrorBelow: boolean
}

/** A trace as a tree. It has several roots when parent spans are missing. */
export interface TraceTree {
  readonly roots: readonly SpanNode[]
  readonly byId: ReadonlyMap<string, SpanNode>
  readonly services: readonly { readonly name: string; readonly spanCount: number; readonly errors: number }[]
  readonly startUnixMillis: number
  readonly durationNano: number
  readonly errorCount: number
  readonly orphanCount: number
}

/** Builds the tree of a trace. Children are sorted by start time. `undefined` when there are no spans. */
export function buildTree(resourceSpans: readonly ResourceSpans[]): TraceTree | undefined {
  const flat = resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ span, resource, scope }))),
  )
  if (flat.length === 0) return undefined
  const ids = new Set(flat.map(({ span }) => span.spanId))
  const start = flat.reduce((least, { span }) => min(least, BigInt(span.startTimeUnixNano)), 2n ** 64n)
  const end = flat.reduce((most, { span }) => max(most, BigInt(span.endTimeUnixNano)), 0n)
  const childrenOf = Map.groupBy(flat, ({ span }) =>
    span.parentSpanId && ids.has(span.parentSpanId) ? span.parentSpanId : '',
  )
  const byId = new Map<string, SpanNode>()

  // Iterative, since a chain of spans may be deeper than the call stack.
  const roots: SpanNode[] = []
  const attach = (part: (typeof flat)[number], parent: SpanNode | undefined): SpanNode => {
    const { span, resource, scope } = part
    const node: SpanNode = {
      span,
      resource,
      scope,
      service: serviceName(resource),
      startNano: Number(BigInt(span.startTimeUnixNano) - start),
      durationNano: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
      isError: isErrorSpan(span),
      isOrphan: Boolean(span.parentSpanId) && !ids.has(span.parentSpanId ?? ''),
      depth: parent ? parent.depth + 1 : 0,
      parent,
      children: [],
      descendants: 0,
      hasErrorBelow: false,
    }
    byId.set(span.spanId, node)
    ;(parent?.children ?? roots).push(node)
    return node
  }
  const grow = (tops: readonly (typeof flat)[number][]) => {
    const pending = tops.map((part) => attach(part, undefined))
    for (let node = pending.pop(); node; node = pending.pop()) {
      for (const child of childrenOf.get(node.span.spanId) ?? []) {
        // A span that was already added closes a cycle, which broken senders may send.
        if (!byId.has(child.span.spanId)) pending.push(attach(child, node))
      }
    }
  }
  grow(childrenOf.get('') ?? [])
  // The spans that are left are in a cycle or below one, so no root leads to them.
  for (const part of flat) if (!byId.has(part.span.spanId)) grow([part])

  const nodes = [...byId.values()]
  // Nodes are visited in reverse order of insertion, so children are complete before their parent.
  for (const node of nodes.toReversed()) {
    node.children.sort(byStart)
    if (!node.parent) continue
    node.parent.descendants += node.descendants + 1
    node.parent.hasErrorBelow ||= node.isError || node.hasErrorBelow
  }
  return {
    roots: roots.sort((a, b) => Number(a.isOrphan) - Number(b.isOrphan) || byStart(a, b)),
    byId,
    services: Array.from(
      Map.groupBy(nodes.toSorted(byStart), ({ service }) => service),
      ([name, spans]) => ({
        name,
        spanCount: spans.length,
        errors: spans.filter(({ isError }) => isError).length,
      }),
    ),
    startUnixMillis: Number(start / 1000n) / 1000,
    durationNano: Number(end - start),
    errorCount: nodes.filter(({ isError }) => isError).length,
    orphanCount: nodes.filter(({ isOrphan }) => isOrphan).length,
  }
}

/** The span that a trace is about: its first root, or the page load below the server span of the HTML. */
export function mainSpan({ roots: [root] }: TraceTree): SpanNode | undefined {
  return root?.children.find(({ span }) => isPageLoad(span)) ?? root
}

/** The first failed span without a failed child. */
export function firstFailure({ byId }: TraceTree): SpanNode | undefined {
  return [...byId.values()]
    .filter(({ isError, children }) => isError && !children.some((child) => child.isError))
    .sort(byStart)[0]
}

function serviceName(resource: ResourceSpans['resource']): string {
  const name = resource.attributes.find(({ key }) => key === ATTR_SERVICE_NAME)
  return (name && anyValueText(name.value)) || UNKNOWN_SERVICE
}

function byStart(a: SpanNode, b: SpanNode): number {
  return a.startNano - b.startNano
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
