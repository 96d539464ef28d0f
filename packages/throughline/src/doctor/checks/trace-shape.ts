import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, sentRequests, type Target } from '../target/target.ts'
import { findGaps } from '../target/trace-gaps.ts'
import { HTTP_CALL_KEYS } from '../trace/semconv.ts'
import { isHttpClient, labelOf, type TraceSpan } from '../trace/trace-span.ts'
import { buildTree, type TraceTree } from '../trace/trace-tree.ts'

/** How much two spans of one call may differ. */
const TOLERANCE_MILLIS = 10

/** The spans are one tree below the request of the doctor, and each call has one client and one server span. */
export function checkTraceShape(target: Target): Finding[] {
  const { trace } = target
  if (!trace) return []
  const tree = buildTree(trace.spans)
  const own = foreignSpans(trace)
  const { orphans } = findGaps(trace.spans, sentRequests(target), false)
  return [
    ...report(
      'trace-duplicate',
      trace.copies,
      'The span was delivered more than once: look for an exporter that retries, or for two that export the same spans.',
    ),
    ...report(
      'trace-orphan',
      orphans,
      'Find the service that does not export: its spans are the missing parents.',
    ),
    ...report(
      'trace-several-roots',
      own.filter(({ parentSpanId }) => parentSpanId === undefined),
      'The service takes the trace id from traceparent, but not the parent id: let it extract both.',
    ),
    ...report(
      'trace-wrong-parent',
      own.filter((span) => isBesideItsCaller(span, tree)),
      'Inject the context while the client span is active: the request names the parent of the client span, not the client span.',
    ),
    ...report(
      'trace-doubled-span',
      own.filter((span) => isDoubled(span, tree)),
      'Two instrumentations record the same call: disable one of them.',
    ),
  ]
}

type ShapeFinding =
  | 'trace-duplicate'
  | 'trace-orphan'
  | 'trace-several-roots'
  | 'trace-wrong-parent'
  | 'trace-doubled-span'

function report(id: ShapeFinding, spans: readonly TraceSpan[], fix: string): Finding[] {
  const [first] = spans
  if (!first) return []
  const more = spans.length > 1 ? ` and ${spans.length - 1} more` : ''
  return [finding(id, { seen: `${labelOf(first)}${more}`, fix })]
}

/**
 * A server span beside a client span of another service that contains it and has no server span of its own. Below a client
 * span, the other one is a doubled span.
 */
function isBesideItsCaller(span: TraceSpan, tree: TraceTree): boolean {
  if (span.kind !== 'SERVER' || !span.parentSpanId || tree.parentOf(span)?.kind === 'CLIENT') return false
  return tree
    .siblingsOf(span)
    .some(
      (client) =>
        client.kind === 'CLIENT' &&
        client.service !== span.service &&
        contains(client, span) &&
        tree.childrenOf(client).every(({ kind }) => kind !== 'SERVER'),
    )
}

/** The second of two spans of one service and kind for the same call, beside each other or one in the other. */
function isDoubled(span: TraceSpan, tree: TraceTree): boolean {
  if (span.kind !== 'SERVER' && !isHttpClient(span)) return false
  const isSame = (other: TraceSpan) =>
    other.kind === span.kind &&
    other.service === span.service &&
    (span.kind === 'SERVER' || isHttpClient(other))
  const parent = tree.parentOf(span)
  if (parent && isSame(parent)) return true
  // A client may send several requests at once, but one client span has one server span.
  const isOneCall = span.kind === 'SERVER' && parent?.kind === 'CLIENT'
  return tree
    .siblingsOf(span)
    .some(
      (other) =>
        isSame(other) &&
        isLater(span, other) &&
        (isOneCall ? overlaps(other, span) : span.kind === 'CLIENT' && isSameCall(other, span)),
    )
}

/** Two scopes recorded the same request: equal address and times. Requests that are only similar have one scope. */
function isSameCall(a: TraceSpan, b: TraceSpan): boolean {
  const isClose = (x: number, y: number) => Math.abs(x - y) <= TOLERANCE_MILLIS
  const address = (span: TraceSpan) =>
    span.attributes.find(({ key, value }) => HTTP_CALL_KEYS.includes(key) && /^http/.test(String(value)))
  return (
    a.scope !== b.scope &&
    isClose(a.startMillis, b.startMillis) &&
    isClose(a.endMillis, b.endMillis) &&
    address(a)?.value === address(b)?.value
  )
}

function contains(outer: TraceSpan, inner: TraceSpan): boolean {
  return (
    inner.startMillis >= outer.startMillis - TOLERANCE_MILLIS &&
    inner.endMillis <= outer.endMillis + TOLERANCE_MILLIS
  )
}

function overlaps(a: TraceSpan, b: TraceSpan): boolean {
  return a.startMillis <= b.endMillis && b.startMillis <= a.endMillis
}

function isLater(a: TraceSpan, b: TraceSpan): boolean {
  return a.startMillis > b.startMillis || (a.startMillis === b.startMillis && a.spanId > b.spanId)
}
