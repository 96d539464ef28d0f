import { kindOf, type ReceivedSpan } from './received-span.ts'
import { ATTR_ACTION_END_REASON, ATTR_ACTION_TYPE, ATTR_INCOMPLETE, ATTR_KEPT } from './semconv.ts'

/** How long before or after its parent a child may start or end by default. */
const GRACE_MILLIS = 10

/**
 * Checks a trace of which all spans have arrived: no span arrives twice, none ends before it starts, and each child starts and
 * ends within its parent. Returns a sentence for each violation.
 *
 * The last rule has exceptions: consumer spans and their descendants, which can run after their parent; the incomplete spans
 * of a page that was unloaded, and their children; unsampled spans that were kept, and their children; actions that ended by a
 * timeout, and their children; and page loads, which start before and end after the server span of their HTML
 * (docs/decisions.md).
 */
export function brokenInvariants(
  spans: readonly ReceivedSpan[],
  graceMillis: number = GRACE_MILLIS,
): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const problems: string[] = []
  if (byId.size !== spans.length) problems.push(`${spans.length - byId.size} spans arrived twice`)
  for (const span of spans) {
    const { durationMillis } = span
    if (durationMillis < 0)
      problems.push(`${labelOf(span)} ends ${(-durationMillis).toFixed(1)} ms before it starts`)
    const parent = byId.get(span.parentSpanId ?? '')
    if (parent && !isExempt(span, byId)) problems.push(...outside(span, parent, graceMillis))
  }
  return problems
}

/** Returns a sentence for each of the attributes that the resource of a span lacks, and for each such span. */
export function missingResourceAttributes(spans: readonly ReceivedSpan[], keys: readonly string[]): string[] {
  return spans.flatMap((span) =>
    keys
      .filter((key) => typeof span.resource[key] !== 'string' || span.resource[key] === '')
      .map((key) => `${labelOf(span)} has no ${key} in its resource`),
  )
}

function outside(span: ReceivedSpan, parent: ReceivedSpan, graceMillis: number): string[] {
  const early = millisBetween(span.startTimeUnixNano, parent.startTimeUnixNano)
  const late = millisBetween(parent.endTimeUnixNano, span.endTimeUnixNano)
  const problems: string[] = []
  if (early > graceMillis) {
    problems.push(`${labelOf(span)} starts ${early.toFixed(1)} ms before its parent ${labelOf(parent)}`)
  }
  if (late > graceMillis) {
    problems.push(`${labelOf(span)} ends ${late.toFixed(1)} ms after its parent ${labelOf(parent)}`)
  }
  return problems
}

function isExempt(span: ReceivedSpan, byId: ReadonlyMap<string, ReceivedSpan>): boolean {
  if (span.values[ATTR_ACTION_TYPE] === 'pageload') return true
  // A span may be its own ancestor.
  const path = new Set<ReceivedSpan>()
  let ancestor: ReceivedSpan | undefined = span
  for (; ancestor && !path.has(ancestor); ancestor = byId.get(ancestor.parentSpanId ?? '')) {
    if (kindOf(ancestor) === 'CONSUMER') return true
    path.add(ancestor)
  }
  return [span, byId.get(span.parentSpanId ?? '')].some(
    (each) =>
      each?.values[ATTR_INCOMPLETE] === true ||
      each?.values[ATTR_KEPT] !== undefined ||
      each?.values[ATTR_ACTION_END_REASON] === 'timeout',
  )
}

function millisBetween(from: string, to: string): number {
  return Number(BigInt(to) - BigInt(from)) / 1e6
}

function labelOf({ service, name }: ReceivedSpan): string {
  return `${service} "${name}"`
}
