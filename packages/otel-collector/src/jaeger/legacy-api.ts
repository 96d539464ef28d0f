import type { QueryStore } from '../store/read/query-store.ts'
import type { TraceQuery } from '../store/read/trace-finder.ts'
import {
  parseDuration,
  parseInteger,
  parseLimit,
  parseTagsJson,
  parseTraceIdParameter,
} from './parse-parameters.ts'
import { BadRequest, NotFound } from './query-errors.ts'
import { legacyTraceJson } from './trace-json.ts'

const DEFAULT_LIMIT = 100
const MAX_TRACE_IDS = 100
const TWO_DAYS_NANO = 172_800_000_000_000n
const DAY_MILLIS = 86_400_000n

/**
 * Answers Jaeger's legacy query API (`GET /api/…`). Returns the response body in pieces, or `undefined` for another
 * path.
 *
 * Throws `BadRequest` and `NotFound`.
 *
 * @see https://www.jaegertracing.io/docs/latest/architecture/apis/#internal-http-json
 */
export function answerLegacy(
  path: string,
  parameters: URLSearchParams,
  store: QueryStore,
): Iterable<string> | undefined {
  if (path === '/api/services') return envelope(store.services())
  if (path === '/api/operations') {
    const service = parameters.get('service')
    if (!service) throw new BadRequest("parameter 'service' is required")
    return envelope(store.operations(service, parameters.get('spanKind') ?? ''))
  }
  if (path === '/api/dependencies') return envelope(readDependencies(parameters, store))
  if (path === '/api/traces') return searchTraces(parameters, store)
  const traceId = /^\/api\/traces\/([^/]+)$/.exec(path)?.[1]
  if (traceId !== undefined) return readTrace(traceId, store)
  const service = /^\/api\/services\/([^/]+)\/operations$/.exec(path)?.[1]
  if (service === undefined) return undefined
  const names = store.operations(decode(service)).map(({ name }) => name)
  return envelope([...new Set(names)])
}

function envelope(data: readonly unknown[]): Iterable<string> {
  return [JSON.stringify({ data, total: data.length, limit: 0, offset: 0, errors: null })]
}

function readTrace(text: string, store: QueryStore): Iterable<string> {
  const traceId = parseTraceIdParameter('traceID', text)
  if (!store.has(traceId)) throw new NotFound('trace not found')
  return tracesJson([traceId], store, false)
}

function searchTraces(parameters: URLSearchParams, store: QueryStore): Iterable<string> {
  const asked = parameters.getAll('traceID')
  if (asked.length === 0) return tracesJson(store.find(parseQuery(parameters)), store, false)
  const traceIds = new Set(asked.map((id) => parseTraceIdParameter('traceID', id)))
  if (traceIds.size > MAX_TRACE_IDS) {
    throw new BadRequest(
      `${traceIds.size} values of traceID are more than ${MAX_TRACE_IDS}: request fewer traces`,
    )
  }
  return tracesJson(traceIds, store, true)
}

/**
 * Traces in the format of the legacy API. Each is read when its piece is requested. With `namesMissing`, each missing
 * trace is an error in the response.
 */
function* tracesJson(
  traceIds: Iterable<string>,
  store: QueryStore,
  namesMissing: boolean,
): Generator<string> {
  const errors: unknown[] = []
  let total = 0
  yield '{"data":['
  for (const traceID of traceIds) {
    const rows = store.spanRows(traceID)
    if (rows.length === 0) {
      if (namesMissing) errors.push({ code: 404, msg: 'trace not found', traceID })
      continue
    }
    if (total++ > 0) yield ','
    yield* legacyTraceJson(traceID, rows, store)
  }
  yield `],"total":${total},"limit":0,"offset":0,"errors":${errors.length > 0 ? JSON.stringify(errors) : 'null'}}`
}

/** Parses search parameters. `start` and `end` are Unix microseconds, durations have Go's format (`100ms`). */
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

/** Parses `tag=key:value`, which may be repeated, and `tags={"key":"value"}`. */
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

/** Reads the dependencies. The parameters `endTs` and `lookback` are milliseconds. */
function readDependencies(parameters: URLSearchParams, store: QueryStore) {
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
