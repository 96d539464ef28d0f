import type { KeyValue, OtlpSpan, TraceRequest } from '@throughline/otel-shared'

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export type Kind = (typeof KINDS)[number]

/** A span as tests read it: plain values, times in milliseconds with fractions. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly service: string
  readonly name: string
  readonly kind: Kind
  readonly status: 'unset' | 'ok' | 'error'
  readonly startMillis: number
  readonly endMillis: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
  readonly events: readonly string[]
  readonly links: readonly string[]
}

/** A span and what it caused, in order of start. */
export interface SpanNode extends Span {
  readonly children: readonly SpanNode[]
}

/** Reads one trace through Jaeger's query API v3; an empty list when nothing is known of it (yet). */
export async function fetchTrace(uiUrl: string, traceId: string): Promise<Span[]> {
  const response = await fetch(`${uiUrl}/api/v3/traces/${traceId}`)
  if (response.status === 404) return []
  if (!response.ok)
    throw new Error(`GET /api/v3/traces/${traceId}: HTTP ${response.status} ${await response.text()}`)
  const body = (await response.json()) as { result: TraceRequest }
  return body.result.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = toRecord(resource.attributes)
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => toSpan(span, resourceAttributes)))
  })
}

/** The roots of a trace with their subtrees; a span whose parent is missing counts as a root. */
export function toTrees(spans: readonly Span[]): SpanNode[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const childrenOf = (parent: string | undefined): SpanNode[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? parentSpanId === undefined || !ids.has(parentSpanId) : parentSpanId === parent,
      )
      .sort((a, b) => a.startMillis - b.startMillis)
      .map((span) => ({ ...span, children: childrenOf(span.spanId) }))
  return childrenOf(undefined)
}

/** Draws a forest as text, for the message of a failed test. */
export function drawTrees(trees: readonly SpanNode[], indent = ''): string {
  return trees
    .map((node) => {
      const status = node.status === 'error' ? ' ERROR' : ''
      const duration = (node.endMillis - node.startMillis).toFixed(1)
      const line = `${indent}${node.service}  ${node.name}  ${node.kind}${status}  ${duration} ms`
      return [line, ...(node.children.length > 0 ? [drawTrees(node.children, `${indent}  `)] : [])].join('\n')
    })
    .join('\n')
}

function toSpan(span: OtlpSpan, resource: Readonly<Record<string, unknown>>): Span {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    service: String(resource['service.name']),
    name: span.name,
    kind: KINDS[span.kind] ?? 'unspecified',
    status: span.status?.code === 2 ? 'error' : span.status?.code === 1 ? 'ok' : 'unset',
    startMillis: toMillis(span.startTimeUnixNano),
    endMillis: toMillis(span.endTimeUnixNano),
    attributes: toRecord(span.attributes),
    resource,
    events: (span.events ?? []).map(({ name }) => name),
    links: (span.links ?? []).map(({ traceId, spanId }) => `${traceId}-${spanId}`),
  }
}

/** Microseconds survive: nanoseconds since the epoch do not fit a double. */
function toMillis(nanos: string): number {
  return Number(BigInt(nanos) / 1000n) / 1000
}

function toRecord(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
