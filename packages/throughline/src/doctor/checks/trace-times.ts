import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, type Target } from '../target/target.ts'
import { labelOf, type TraceSpan } from '../trace/trace-span.ts'
import { buildTree, mayBeOutside, type TraceTree } from '../trace/trace-tree.ts'

/** How far clocks that NTP synchronizes differ. */
const TOLERANCE_MILLIS = 10

/** Spans have a duration, and are within their parents. */
export function checkTraceTimes({ trace }: Target): Finding[] {
  if (!trace) return []
  const tree = buildTree(trace.spans)
  const spans = foreignSpans(trace)
  return [...checkDurations(spans), ...checkOutside(spans, tree)]
}

function checkDurations(spans: readonly TraceSpan[]): Finding[] {
  const negative = spans.find(({ startMillis, endMillis }) => endMillis < startMillis)
  if (negative) {
    const millis = (negative.endMillis - negative.startMillis).toFixed(3)
    return [
      finding('trace-duration', {
        seen: `${labelOf(negative)} has a duration of ${millis} ms`,
        fix: 'Take both times of a span from one monotonic clock.',
      }),
    ]
  }
  const services = new Set(spans.map(({ service }) => service))
  for (const service of services) {
    const calls = spans.filter((span) => span.service === service && span.kind === 'CLIENT')
    if (calls.length > 1 && calls.every(({ startMillis, endMillis }) => startMillis === endMillis)) {
      return [
        finding('trace-duration', {
          seen: `all ${calls.length} client spans of ${service} have a duration of 0 ms`,
          fix: 'End the spans when their responses arrive.',
          severity: 'warning',
        }),
      ]
    }
  }
  return []
}

/** Children of the doctor's spans are not compared: the clock of this machine is another one. */
function checkOutside(spans: readonly TraceSpan[], tree: TraceTree): Finding[] {
  const own = new Set(spans)
  const outside = spans.flatMap((span) => {
    const parent = tree.parentOf(span)
    if (!parent || !own.has(parent) || mayBeOutside(span, tree)) return []
    const millis = outsideMillis(span, parent)
    return millis > TOLERANCE_MILLIS ? [{ span, parent, millis }] : []
  })
  const [worst] = outside.sort((a, b) => b.millis - a.millis)
  if (!worst) return []
  const side = worst.span.startMillis < worst.parent.startMillis ? 'starts before' : 'ends after'
  return [
    finding('trace-outside-parent', {
      seen: `${labelOf(worst.span)} ${side} its parent ${labelOf(worst.parent)} by ${worst.millis.toFixed(0)} ms (${outside.length} of ${spans.length} spans)`,
      fix: 'Synchronize the clocks of the services (NTP), and end client spans with the last byte of the response.',
    }),
  ]
}

/** A child may end after its parent in the same service: work that a request starts can outlast it. */
function outsideMillis(span: TraceSpan, parent: TraceSpan): number {
  const early = parent.startMillis - span.startMillis
  const isCall = span.kind === 'SERVER' && parent.kind === 'CLIENT'
  return isCall ? Math.max(early, span.endMillis - parent.endMillis) : early
}
