import type { TraceQuery } from '../store/trace-finder.ts'
import type { TraceStore } from '../store/trace-store.ts'
import { BadRequest, NotFound } from './bad-request.ts'
import { type LegacyTrace, toLegacyTrace } from './legacy-trace.ts'
import {
  parseDuration,
  parseInteger,
  parseLimit,
  parseTagsJson,
  parseTraceIdParameter,
} from './parse-parameters.ts'

const DEFAULT_LIMIT = 100
const TWO_DAYS_NANO = 172_800_000_000_000n
const DAY_MILLIS = 86_400_000n

/** The envelope of every answer of Jaeger's legacy API. */
export interface LegacyEnvelope {
  readonly data: unknown
  readonly total: number
  readonly limit: 0
  readonly offset: 0
  readonly errors:
    | readonly { readonly code: number; readonly msg: string; readonly traceID?: string }[]
    | null
}

/**
 * Answers Jaeger's legacy query API (`GET /api/…`) with the body to send, or `undefined` for another path.
 *
 * Throws `BadRequest` and `NotFound`.
 *
 * @see https://www.jaegertracing.io/docs/latest/architecture/apis/#internal-http-json
 */
export function answerLegacy(
  path: string,
  parameters: URLSearchParams,
  store: TraceStore,
): LegacyEnvelope | undefined {
  if (path === '/api/services') return envelope(store.services())
  if (path === '/api/operations') {
    const service = parameters.get('service')
    if (!service) throw new BadRequest("parameter 'service' is required")
    return envelope(store.operations(service, parameters.get('spanKind') ?? ''))
  }
  if (path === '/api/dependencies') return envelope(readDependencies(parameters, store))
  if (path === '/api/traces') return searchTraces(parameters, store)
  const traceId = /^\/api\/traces\/([^/]+)$/.exec(path)?.[1]
  if (traceId !== undefined) return envelope([readTrace(traceId, store)])
  const service = /^\/api\/services\/([^/]+)\/operations$/.exec(path)?.[1]
  if (service === undefined) return undefined
  const names = store.operations(decode(service)).map(({ name }) => name)
  return envelope([...new Set(names)])
}

/** The envelope around an error. */
export function legacyError(code: number, msg: string): LegacyEnvelope {
  return { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] }
}

function envelope(data: readonly unknown[], errors: LegacyEnvelope['errors'] = null): LegacyEnvelope {
  return { data, total: data.length, limit: 0, offset: 0, errors }
}

function readTrace(text: string, store: TraceStore): LegacyTrace {
  const traceId = parseTraceIdParameter('traceID', text)
  const resourceSpans = store.trace(traceId)
  if (resourceSpans.length === 0) throw new NotFound('trace not found')
  return toLegacyTrace(traceId, resourceSpans)
}

function searchTraces(parameters: URLSearchParams, store: TraceStore): LegacyEnvelope {
  const asked = parameters.getAll('traceID')
  if (asked.length === 0) {
    return envelope(store.find(parseQuery(parameters)).map((id) => toLegacyTrace(id, store.trace(id))))
  }
  const traceIds = asked.map((id) => parseTraceIdParameter('traceID', id))
  const missing = traceIds.filter((id) => store.trace(id).length === 0)
  return envelope(
    traceIds.filter((id) => !missing.includes(id)).map((id) => readTrace(id, store)),
    missing.length === 0 ? null : missing.map((traceID) => ({ code: 404, msg: 'trace not found', traceID })),
  )
}

/** `start` and `end` are Unix microseconds, durations are Go's (`100ms`). */
function parseQuery(parameters: URLSearchParams): TraceQuery {
  const service = parameters.get('service')
  if (!service) throw new BadRequest("parameter 'service' is required")
  const operation = parameters.get('operation')
  const minDuration = parameters.get('minDuration')
  const maxDuration = parameters.get('maxDuration')
  const start = parameters.get('start')
  const end = parameters.get('end')
  const limit = parameters.get('limit')
  const nowNano = BigInt(Date.now()) * 1_000_000n
  const durationMinNano = minDuration ? parseDuration('minDuration', minDuration) : undefined
  const durationMaxNano = maxDuration ? parseDuration('maxDuration', maxDuration) : undefined
  if (durationMinNano !== undefined && durationMaxNano !== undefined && durationMaxNano < durationMinNano) {
    throw new BadRequest("'maxDuration' should be greater than 'minDuration'")
  }
  return {
    service,
    startMinNano: start ? parseInteger('start', start) * 1000n : nowNano - TWO_DAYS_NANO,
    startMaxNano: end ? parseInteger('end', end) * 1000n : nowNano,
    tags: parseTags(parameters),
    limit: limit ? parseLimit('limit', limit) : DEFAULT_LIMIT,
    ...(operation && { operation }),
    ...(durationMinNano !== undefined && { durationMinNano }),
    ...(durationMaxNano !== undefined && { durationMaxNano }),
  }
}

/** `tag=key:value`, any number of them, and `tags={"key":"value"}`. */
function parseTags(parameters: URLSearchParams): Map<string, string> {
  const tags = new Map<string, string>()
  for (const tag of parameters.getAll('tag')) {
    const colon = tag.indexOf(':')
    if (colon < 1) throw new BadRequest(`malformed 'tag' parameter, expecting key:value, received: ${tag}`)
    tags.set(tag.slice(0, colon), tag.slice(colon + 1))
  }
  for (const json of parameters.getAll('tags')) {
    if (json === '') continue
    for (const [key, value] of parseTagsJson('tags', json)) tags.set(key, value)
  }
  return tags
}

/** `endTs` and `lookback` are milliseconds. */
function readDependencies(parameters: URLSearchParams, store: TraceStore) {
  const endText = parameters.get('endTs')
  const lookbackText = parameters.get('lookback')
  const end = endText ? parseInteger('endTs', endText) : BigInt(Date.now())
  const lookback = lookbackText ? parseInteger('lookback', lookbackText) : DAY_MILLIS
  return store.dependencies((end - lookback) * 1_000_000n, end * 1_000_000n)
}

function decode(component: string): string {
  try {
    return decodeURIComponent(component)
  } catch {
    throw new BadRequest('the path is not percent-encoded UTF-8')
  }
}
