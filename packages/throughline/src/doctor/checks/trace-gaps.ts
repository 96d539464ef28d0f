import { displayUrl } from '../../http/display-url.ts'
import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, sentRequests, type Target } from '../target/target.ts'
import { findGaps, type TraceGaps } from '../target/trace-gaps.ts'

/** How many sentences or addresses a finding has. */
const MAX_SHOWN = 3

/** The trace has each request of the doctor, and each child that a span started. */
export function checkTraceGaps(target: Target): Finding[] {
  const { trace, options } = target
  if (!trace || foreignSpans(trace).length === 0) return []
  const sent = sentRequests(target)
  const gaps = findGaps(trace.spans, sent, options.isDeep)
  return [...checkRequests(gaps, sent.length), ...checkChildren(gaps)]
}

/** Spans without their parents can be those of the missing requests. */
function checkRequests({ requests, orphans }: TraceGaps, sent: number): Finding[] {
  if (requests.length === 0 || orphans.length > 0) return []
  const addresses = [...new Set(requests.map(({ url }) => displayUrl(url)))]
  return [
    finding('trace-request-missing', {
      seen: `the doctor sent ${sent} request${sent === 1 ? '' : 's'}, ${sent - requests.length} arrived: no span below the request to ${shorten(addresses, ', ')}`,
      fix: 'Check that the service at this address exports to this backend, and that no proxy before it removes traceparent.',
    }),
  ]
}

function checkChildren({ children }: TraceGaps): Finding[] {
  if (children.length === 0) return []
  return [
    finding('trace-child-missing', {
      seen: shorten(
        children.map(({ sentence }) => sentence),
        '; ',
      ),
      fix: 'Check the export of the service that sent them: spans that it drops (throughline.dropped_spans), an exporter that is refused, a sampler behind it. Check that every span is ended.',
    }),
  ]
}

function shorten(texts: readonly string[], separator: string): string {
  const more = texts.length > MAX_SHOWN ? ` and ${texts.length - MAX_SHOWN} more` : ''
  return `${texts.slice(0, MAX_SHOWN).join(separator)}${more}`
}
