import { displayUrl } from '../../http/display-url.ts'
import { missingServices } from '../observe/backend.ts'
import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, type Target } from '../target/target.ts'
import { callLabelOf, isServiceCall, labelOf, type TraceSpan } from '../trace/trace-span.ts'
import { buildTree } from '../trace/trace-tree.ts'

/** How many calls a finding names. */
const MAX_HOPS = 3

/** The backend can be read, and has spans of the expected services in the trace of the doctor. */
export function checkTraceArrival({ options, trace }: Target): Finding[] {
  if (!trace) return []
  const { problem, spans, traceId, url } = trace
  if (problem) {
    return [
      problem.isReached
        ? finding('backend-api', {
            seen: problem.seen,
            fix: 'Pass the address of the query API: port 16686 of the embedded collector and of Jaeger, 9411 of Zipkin.',
          })
        : finding('backend-unreachable', { seen: problem.seen, fix: 'Check the address of --backend.' }),
    ]
  }
  const seconds = options.waitMillis / 1_000
  if (foreignSpans(trace).length === 0) {
    const own =
      spans.length > 0 ? `only spans of the doctor in trace ${traceId}` : `no span of trace ${traceId}`
    return [
      finding('trace-missing', {
        seen: `${displayUrl(url)}: ${own} after ${seconds} s`,
        fix: 'Check that the edge exports to this backend (OTEL_EXPORTER_OTLP_ENDPOINT) and samples the request.',
      }),
    ]
  }
  const missing = missingServices(spans, options.expected)
  if (missing.length > 0) {
    const present = [...new Set(foreignSpans(trace).map(({ service }) => service))].join(', ')
    const last = callsWithoutServer(foreignSpans(trace))
    return [
      finding('trace-service-missing', {
        seen: `no span of ${missing.join(', ')} after ${seconds} s; trace ${traceId} has spans of ${present}${last}`,
        fix: 'Check that the caller sends traceparent to the service, that no proxy between them removes it or sends it twice, and that the service exports. Pass --request with an address that reaches the service.',
      }),
    ]
  }
  return checkNames(trace)
}

/** The calls and messages that no span continues: the hops at which the trace can be broken. */
function callsWithoutServer(spans: readonly TraceSpan[]): string {
  const { childrenOf } = buildTree(spans)
  const calls = spans.filter(
    (span) => (isServiceCall(span) || span.kind === 'PRODUCER') && childrenOf(span).length === 0,
  )
  if (calls.length === 0) return ''
  const hops = [...new Set(calls.map(callLabelOf))]
  const more = hops.length > MAX_HOPS ? ` and ${hops.length - MAX_HOPS} more` : ''
  return `; no server span below ${hops.slice(0, MAX_HOPS).join(', ')}${more}`
}

function checkNames(trace: NonNullable<Target['trace']>): Finding[] {
  const unnamed = foreignSpans(trace).filter(
    ({ service }) => service === '' || /^unknown_service/.test(service),
  )
  const [first] = unnamed
  if (!first) return []
  return [
    finding('trace-unnamed-service', {
      seen: `${unnamed.length} spans, such as ${labelOf(first)}`,
      fix: 'Set OTEL_SERVICE_NAME in the environment of the service.',
    }),
  ]
}
