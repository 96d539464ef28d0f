import { displayUrl } from '../../http/display-url.ts'
import { type Finding, finding } from '../target/finding.ts'
import { foreignSpans, type Target } from '../target/target.ts'
import { ATTR_SERVICE_VERSION, HTTP_METHOD_KEYS, HTTP_STATUS_KEYS, HTTP_URL_KEYS } from '../trace/semconv.ts'
import { attributeOf, isHttpClient, labelOf, type TraceSpan } from '../trace/trace-span.ts'
import { buildTree } from '../trace/trace-tree.ts'

const MAX_SHOWN = 3
const FIX =
  'After a deployment, pooled connections stay with old instances: let these close their connections when they stop (SIGTERM), and limit the age of connections in the pool of the caller.'

/** The instances of a service are alike: they have one version, and each of them continues the trace. */
export function checkTraceInstances({ trace }: Target): Finding[] {
  if (!trace) return []
  const spans = foreignSpans(trace)
  return [
    ...report('trace-versions', findVersions(spans)),
    ...report('trace-call-broken', findBrokenCalls(spans, trace.spans)),
  ]
}

function report(id: 'trace-versions' | 'trace-call-broken', seen: readonly string[]): Finding[] {
  return seen.length > 0 ? [finding(id, { seen: seen.slice(0, MAX_SHOWN).join('; '), fix: FIX })] : []
}

function findVersions(spans: readonly TraceSpan[]): string[] {
  const versions = new Map<string, Set<string>>()
  for (const { service, resource } of spans) {
    const version = resource.find(({ key }) => key === ATTR_SERVICE_VERSION)?.value
    if (version !== undefined)
      versions.set(service, (versions.get(service) ?? new Set()).add(String(version)))
  }
  return [...versions].flatMap(([service, known]) =>
    known.size > 1 ? [`${service} has the versions ${[...known].sort().join(', ')}`] : [],
  )
}

/** Equal requests with responses, of which some have a span below them and some do not. */
function findBrokenCalls(spans: readonly TraceSpan[], all: readonly TraceSpan[]): string[] {
  const { childrenOf } = buildTree(all)
  const groups = new Map<string, TraceSpan[]>()
  for (const span of spans) {
    const key = requestOf(span)
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), span])
  }
  return [...groups.values()].flatMap((calls) => {
    const arrived = calls.filter((call) => childrenOf(call).length > 0).length
    const [first] = calls
    if (!first || arrived === 0 || arrived === calls.length) return []
    return [`${labelOf(first)} sent ${calls.length} requests to ${addressOf(first)}, ${arrived} arrived`]
  })
}

/** The service, method and address of a call that has a response; `undefined` for other spans. */
function requestOf(span: TraceSpan): string | undefined {
  const address = addressOf(span)
  if (!isHttpClient(span) || address === undefined || firstOf(span, HTTP_STATUS_KEYS) === undefined)
    return undefined
  return JSON.stringify([span.service, firstOf(span, HTTP_METHOD_KEYS), address])
}

/** The address without its query. */
function addressOf(span: TraceSpan): string | undefined {
  const text = String(firstOf(span, HTTP_URL_KEYS))
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  url.search = ''
  return displayUrl(url)
}

function firstOf(span: TraceSpan, keys: readonly string[]): unknown {
  return keys.map((key) => attributeOf(span, key)).find((value) => value !== undefined)
}
