import type { QueryStore } from '../store/read/query-store.ts'
import type { TraceQuery } from '../store/read/trace-finder.ts'
import {
  parseDuration,
  parseLimit,
  parseRfc3339,
  parseTagsJson,
  parseTraceIdParameter,
} from './parse-parameters.ts'
import { BadRequest, NotFound } from './query-errors.ts'
import { otlpTraceJson } from './trace-json.ts'

const DEFAULT_LIMIT = 20
const ATTRIBUTE = /^query\.attributes\[(.+)\]$/

/**
 * Answers Jaeger's query API `GET /api/v3/…`. Returns the response body in pieces, or `undefined` for another path.
 * Parameter names may be camelCase, as Jaeger's UI sends them, or snake_case, as Grafana does.
 *
 * Throws `BadRequest` and `NotFound`.
 *
 * @see https://www.jaegertracing.io/docs/latest/architecture/apis/
 */
export function answerV3(
  path: string,
  parameters: URLSearchParams,
  store: QueryStore,
): Iterable<string> | undefined {
  if (path === '/api/v3/services') return json({ services: store.services() })
  if (path === '/api/v3/operations') {
    const service = read(parameters, 'service')
    if (service === undefined) throw new BadRequest('parameter service is required')
    return json({ operations: store.operations(service, read(parameters, 'spanKind')) })
  }
  if (path === '/api/v3/trace-summaries') {
    const summaries = store.find(parseQuery(parameters)).flatMap((id) => store.summary(id) ?? [])
    return json({ summaries: summaries.sort(byLatestStart) })
  }
  if (path === '/api/v3/traces') {
    const traceIds = store.find(parseQuery(parameters))
    // Jaeger also answers 404 instead of an empty list here.
    if (traceIds.length === 0) throw new NotFound('No traces found')
    return tracesJson(traceIds, store)
  }
  const traceId = /^\/api\/v3\/traces\/([^/]+)$/.exec(path)?.[1]
  return traceId === undefined ? undefined : readTrace(traceId, store)
}

function readTrace(text: string, store: QueryStore): Iterable<string> {
  const traceId = parseTraceIdParameter('trace_id', text)
  if (!store.has(traceId)) throw new NotFound('trace not found')
  return tracesJson([traceId], store)
}

/** Traces in the format of v3. Each is read when its piece is requested. */
export function* tracesJson(traceIds: readonly string[], store: QueryStore): Generator<string> {
  yield '{"result":{"resourceSpans":['
  let separator = ''
  for (const traceId of traceIds) {
    const rows = store.spanRows(traceId)
    if (rows.length > 0) yield separator
    if (rows.length > 0) separator = ','
    yield* otlpTraceJson(rows, store)
  }
  yield ']}}'
}

function json(body: unknown): Iterable<string> {
  return [JSON.stringify(body)]
}

function parseQuery(parameters: URLSearchParams): TraceQuery {
  const required = (name: string) => {
    const text = read(parameters, name)
    if (text === undefined) throw new BadRequest(`${name} is required: a time of RFC 3339`)
    return parseRfc3339(name, text)
  }
  const service = read(parameters, 'query.serviceName')
  const operation = read(parameters, 'query.operationName')
  const limit = read(parameters, 'query.searchDepth') ?? read(parameters, 'query.numTraces')
  const durationMin = read(parameters, 'query.durationMin')
  const durationMax = read(parameters, 'query.durationMax')
  const durationMinNano =
    durationMin === undefined ? undefined : parseDuration('query.durationMin', durationMin)
  const durationMaxNano =
    durationMax === undefined ? undefined : parseDuration('query.durationMax', durationMax)
  if (durationMinNano !== undefined && durationMaxNano !== undefined && durationMaxNano < durationMinNano) {
    throw new BadRequest('query.durationMax should be greater than query.durationMin')
  }
  return {
    startMinNano: required('query.startTimeMin'),
    startMaxNano: required('query.startTimeMax'),
    tags: readAttributes(parameters),
    limit: limit === undefined ? DEFAULT_LIMIT : parseLimit('query.searchDepth', limit),
    ...(service !== undefined && { service }),
    ...(operation !== undefined && { operation }),
    ...(durationMinNano !== undefined && { durationMinNano }),
    ...(durationMaxNano !== undefined && { durationMaxNano }),
  }
}

/** Reads a map: one JSON object, or one parameter for each key, as gRPC gateways send it. */
function readAttributes(parameters: URLSearchParams): Map<string, string> {
  const json = read(parameters, 'query.attributes')
  const attributes = json === undefined ? new Map<string, string>() : parseTagsJson('query.attributes', json)
  for (const [name, value] of parameters) {
    const key = ATTRIBUTE.exec(name)?.[1]
    if (key !== undefined) attributes.set(key, value)
  }
  return attributes
}

/** Reads a parameter. An empty one counts as absent. */
function read(parameters: URLSearchParams, name: string): string | undefined {
  const snakeCase = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return parameters.get(name) || parameters.get(snakeCase) || undefined
}

function byLatestStart(a: { minStartTimeUnixNano: string }, b: { minStartTimeUnixNano: string }): number {
  const difference = BigInt(b.minStartTimeUnixNano) - BigInt(a.minStartTimeUnixNano)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}
