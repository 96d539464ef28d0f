import { RequestFailure } from '../../http/failure.ts'
import { type Finding, finding } from '../target/finding.ts'
import { sentRequests, type Target } from '../target/target.ts'
import { labelOf, type TraceSpan } from '../trace/trace-span.ts'

const WARNING_MILLIS = 1_000
const ERROR_MILLIS = 60_000

/** The spans below the requests of the doctor start while these are under way, by the clock of this machine. */
export function checkTraceClock(target: Target): Finding[] {
  const { trace } = target
  if (!trace) return []
  const offsets = sentRequests(target).flatMap(({ spanId, response }) =>
    trace.spans.flatMap((span) => {
      if (span.parentSpanId !== spanId || response instanceof RequestFailure) return []
      return [{ span, millis: offsetOf(span, response) }]
    }),
  )
  const [worst] = offsets.sort((a, b) => Math.abs(b.millis) - Math.abs(a.millis))
  if (!worst || Math.abs(worst.millis) <= WARNING_MILLIS) return []
  const { span, millis } = worst
  const seconds = Math.round(Math.abs(millis) / 1_000)
  return [
    finding('trace-clock', {
      seen: `${labelOf(span)} starts ${seconds} s ${millis > 0 ? 'after the response' : 'before the request'} by the clock of this machine`,
      fix: 'Synchronize the clock of the service with NTP, and that of this machine.',
      ...(Math.abs(millis) > ERROR_MILLIS ? { severity: 'error' as const } : {}),
    }),
  ]
}

/** How far the clock of the service is ahead at least; 0 when the span starts between request and response. */
function offsetOf(
  { startMillis }: TraceSpan,
  { sentMillis, receivedMillis }: { readonly sentMillis: number; readonly receivedMillis: number },
): number {
  return Math.max(startMillis - receivedMillis, 0) + Math.min(startMillis - sentMillis, 0)
}
