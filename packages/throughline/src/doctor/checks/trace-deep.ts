import { ATTR_CHILDREN } from '@throughline/otel-shared'
import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, type Target } from '../target/target.ts'
import { ATTR_TELEMETRY_DISTRO, EDGE_DISTRO, HTTP_STATUS_KEYS } from '../trace/semconv.ts'
import {
  attributeOf,
  callLabelOf,
  isHttpClient,
  isServiceCall,
  labelOf,
  type TraceSpan,
} from '../trace/trace-span.ts'
import { buildTree, type TraceTree } from '../trace/trace-tree.ts'

const MAX_SHOWN = 3

/** In a deep run: workers have counted their children, and each call is continued by a service. */
export function checkTraceDeep({ trace, options }: Target): Finding[] {
  if (!trace || !options.isDeep) return []
  const spans = foreignSpans(trace)
  const tree = buildTree(trace.spans)
  return [
    ...report(
      'trace-not-counted',
      spans.filter((span) => isNotCounted(span, tree)).map(labelOf),
      'Check that no proxy or service before the worker removes tracestate, and update the worker.',
    ),
    ...report(
      'trace-open-call',
      spans.filter((span) => isOpenCall(span, tree)).map(callLabelOf),
      'Nothing, if the called service is not yours. Else check that no proxy before it removes traceparent, and that it exports.',
    ),
  ]
}

function report(
  id: 'trace-not-counted' | 'trace-open-call',
  labels: readonly string[],
  fix: string,
): Finding[] {
  const all = [...new Set(labels)]
  if (all.length === 0) return []
  const more = all.length > MAX_SHOWN ? ` and ${all.length - MAX_SHOWN} more` : ''
  return [finding(id, { seen: `${all.slice(0, MAX_SHOWN).join(', ')}${more}`, fix })]
}

/** A span of a worker that has children, but not their number. Children that start later are not counted. */
function isNotCounted(span: TraceSpan, { childrenOf }: TraceTree): boolean {
  const isEdge = span.resource.some(
    ({ key, value }) => key === ATTR_TELEMETRY_DISTRO && value === EDGE_DISTRO,
  )
  return (
    isEdge &&
    !span.attributes.some(({ key }) => key.startsWith(ATTR_CHILDREN)) &&
    childrenOf(span).some(
      ({ service, startMillis }) => service === span.service && startMillis < span.endMillis,
    )
  )
}

/** A call by RPC, or by HTTP with a response, below which there is no span. */
function isOpenCall(span: TraceSpan, { childrenOf }: TraceTree): boolean {
  if (!isServiceCall(span) || childrenOf(span).length > 0) return false
  return !isHttpClient(span) || HTTP_STATUS_KEYS.some((key) => attributeOf(span, key) !== undefined)
}
