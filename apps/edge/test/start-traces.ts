import { type Collector, startCollector } from '@throughline/otel-collector'
import type { KeyValue, OtlpSpan } from '@throughline/otel-shared'

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const GRACE_NANOS = 10_000_000n

interface ReceivedSpan extends OtlpSpan {
  readonly resource: Readonly<Record<string, unknown>>
}

/** A collector, and what it has received. */
export interface Traces {
  /** Where spans go, without `/v1/traces`. */
  readonly otlpEndpoint: string
  spansOf(traceId: string): ReceivedSpan[]
  /**
   * A trace as lines, children indented below their parents in order of start: service, name, kind, and `ERROR`.
   * A span that does not lie within its parent says so, unless it is a consumer's, which comes later by nature.
   */
  treeOf(traceId: string): string[]
  stop(): Promise<void>
}

export async function startTraces(): Promise<Traces> {
  const spans: ReceivedSpan[] = []
  const collector: Collector = await startCollector({
    otlpPort: 0,
    uiPort: 0,
    onSpans: ({ resourceSpans }) => {
      for (const { resource, scopeSpans } of resourceSpans) {
        const attributes = toRecord(resource.attributes)
        spans.push(
          ...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, resource: attributes }))),
        )
      }
    },
  })
  const spansOf = (traceId: string) => spans.filter((span) => span.traceId === traceId)
  return {
    otlpEndpoint: new URL(collector.otlpUrl).origin,
    spansOf,
    treeOf: (traceId) => draw(spansOf(traceId)),
    stop: () => collector.shutdown(),
  }
}

function draw(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const drawSpan = (span: ReceivedSpan, parent: ReceivedSpan | undefined, depth: number): string[] => [
    '  '.repeat(depth) + describe(span, parent),
    ...inOrder(spans.filter(({ parentSpanId }) => parentSpanId === span.spanId)).flatMap((child) =>
      drawSpan(child, span, depth + 1),
    ),
  ]
  const roots = inOrder(spans.filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId)))
  return roots.flatMap((root) => drawSpan(root, undefined, 0))
}

function describe(span: ReceivedSpan, parent: ReceivedSpan | undefined): string {
  const words = [String(span.resource['service.name']), span.name, KINDS[span.kind]]
  if (span.status.code === 2) words.push('ERROR')
  if (!parent && span.parentSpanId) words.push('ORPHAN')
  if (parent && KINDS[span.kind] !== 'consumer' && !liesWithin(span, parent)) words.push('OUTSIDE ITS PARENT')
  return words.join(' · ')
}

function liesWithin(span: ReceivedSpan, parent: ReceivedSpan): boolean {
  return (
    BigInt(span.startTimeUnixNano) + GRACE_NANOS >= BigInt(parent.startTimeUnixNano) &&
    BigInt(span.endTimeUnixNano) <= BigInt(parent.endTimeUnixNano) + GRACE_NANOS
  )
}

/** By start, then by end: the workers' clocks show whole milliseconds, in which several calls may fit. */
function inOrder(spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  return spans.toSorted(
    (a, b) =>
      Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)) ||
      Number(BigInt(a.endTimeUnixNano) - BigInt(b.endTimeUnixNano)),
  )
}

function toRecord(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
