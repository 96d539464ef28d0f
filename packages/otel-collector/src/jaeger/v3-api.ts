import type { TraceQuery } from '../store/trace-finder.ts'
import type { TraceStore } from '../store/trace-store.ts'
import { BadRequest, NotFound } from './bad-request.ts'
import {
  parseDuration,
  parseLimit,
  parseRfc3339,
  parseTagsJson,
  parseTraceIdParameter,
} from './parse-parameters.ts'

const DEFAULT_LIMIT = 20
const ATTRIBUTE = /^query\.attributes\[(.+)\]$/

/**
 * Answers `GET /api/v3/…` of Jaeger's query API with the body to send, or `undefined` for another path.
 * Parameters are understood in camelCase, as Jaeger's UI sends them, and in snake_case, as Grafana does.
 *
 * Throws `BadRequest` and `NotFound`.
 *
 * @see https://www.jaegertracing.io/docs/latest/architecture/apis/
 */
export function answerV3(path: string, parameters: URLSearchParams, store: TraceStore): unknown {
  if (path === '/api/v3/services') return { services: store.services() }
  if (path === '/api/v3/operations') {
    const service = read(parameters, 'service')
    if (service === undefined) throw new BadRequest('parameter service is required')
    return { operations: store.operations(service, read(parameters, 'spanKind')) }
  }
  if (path === '/api/v3/trace-summaries') {
    const summaries = store.find(parseQuery(parameters)).flatMap((id) => store.summary(id) ?? [])
    return { summaries: summaries.sort(byLatestStart) }
  }
  if (path === '/api/v3/traces') {
    const resourceSpans = store.find(parseQuery(parameters)).flatMap((id) => store.trace(id))
    // Jaeger has no empty answer here either.
    if (resourceSpans.length === 0) throw new NotFound('No traces found')
    return { result: { resourceSpans } }
  }
  const traceId = /^\/api\/v3\/traces\/([^/]+)$/.exec(path)?.[1]
  return traceId === undefined ? undefined : readTrace(traceId, store)
}

function readTrace(traceId: string, store: TraceStore): unknown {
  const resourceSpans = store.trace(parseTraceIdParameter('trace_id', traceId))
  if (resourceSpans.length === 0) throw new NotFound('trace not found')
  return { result: { resourceSpans } }
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

/** A map: one JSON object, or a parameter for each key as gRPC gateways have it. */
function readAttributes(parameters: URLSearchParams): Map<string, string> {
  const json = read(parameters, 'query.attributes')
  const attributes = json === undefined ? new Map<string, string>() : parseTagsJson('query.attributes', json)
  for (const [name, value] of parameters) {
    const key = ATTRIBUTE.exec(name)?.[1]
    if (key !== undefined) attributes.set(key, value)
  }
  return attributes
}

/** An empty parameter is as good as none. */
function read(parameters: URLSearchParams, name: string): string | undefined {
  const snakeCase = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return parameters.get(name) || parameters.get(snakeCase) || undefined
}

function byLatestStart(a: { minStartTimeUnixNano: string }, b: { minStartTimeUnixNano: string }): number {
  const difference = BigInt(b.minStartTimeUnixNano) - BigInt(a.minStartTimeUnixNano)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}
