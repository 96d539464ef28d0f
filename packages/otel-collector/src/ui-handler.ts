import type { RequestListener } from 'node:http'
import { BadRequest, NotFound } from './jaeger/bad-request.ts'
import { answerLegacy, legacyError } from './jaeger/legacy-api.ts'
import { parseTraceIdParameter } from './jaeger/parse-parameters.ts'
import { answerV3 } from './jaeger/v3-api.ts'
import type { TraceStore } from './store/trace-store.ts'
import type { ViewerFile, ViewerFiles } from './viewer-files.ts'

type Answer = ViewerFile

/** Serves Jaeger's query API and the viewer. */
export function createUiHandler(store: TraceStore, viewer: ViewerFiles): RequestListener {
  return (request, response) => {
    const { method = 'GET', headers } = request
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const { status, headers: answerHeaders, body } = answer(method, url, headers['if-none-match'])
    response.writeHead(status, answerHeaders).end(method === 'HEAD' ? undefined : body)
  }

  function answer(method: string, url: URL | null, ifNoneMatch: string | undefined): Answer {
    if (!url) return jsonAnswer(400, legacyError(400, 'the address cannot be parsed'))
    if (method !== 'GET' && method !== 'HEAD') {
      return jsonAnswer(405, apiError(url.pathname, 405, `${method} is not allowed`), { allow: 'GET, HEAD' })
    }
    try {
      return read(url, ifNoneMatch)
    } catch (error) {
      if (error instanceof BadRequest) return jsonAnswer(400, apiError(url.pathname, 400, error.message))
      if (error instanceof NotFound) return jsonAnswer(404, apiError(url.pathname, 404, error.message))
      console.error(`${method} ${url.pathname} failed`, error)
      return jsonAnswer(500, apiError(url.pathname, 500, 'an internal error'))
    }
  }

  function read({ pathname: path, searchParams }: URL, ifNoneMatch: string | undefined): Answer {
    if (path === '/healthz') return jsonAnswer(200, { status: 'ok' })
    const liveTrace = /^\/api\/live\/traces\/([^/]+)$/.exec(path)?.[1]
    if (liveTrace !== undefined) return readLiveTrace(liveTrace, store, ifNoneMatch)
    const otlpFile = /^\/trace\/([0-9a-f]{1,32})\.json$/i.exec(path)?.[1]
    if (otlpFile !== undefined) return readOtlpFile(otlpFile, store)
    if (!path.startsWith('/api/')) return viewer.read(path, ifNoneMatch)
    const answerApi = path.startsWith('/api/v3/') ? answerV3 : answerLegacy
    const body = answerApi(path, searchParams, store)
    if (body === undefined) throw new NotFound(`nothing is at ${path}`)
    return jsonAnswer(200, body)
  }
}

/**
 * What the viewer polls: a trace that has no spans yet is an empty one, not an error, and one that has not changed
 * costs nothing.
 */
function readLiveTrace(text: string, store: TraceStore, ifNoneMatch: string | undefined): Answer {
  const traceId = parseTraceIdParameter('trace_id', text)
  const etag = `"${store.revision(traceId)}"`
  if (ifNoneMatch === etag) return { status: 304, headers: { etag }, body: '' }
  return jsonAnswer(200, { result: { resourceSpans: store.trace(traceId) } }, { etag })
}

/** A trace to keep or to send on: the body of an OTLP request. */
function readOtlpFile(text: string, store: TraceStore): Answer {
  const traceId = parseTraceIdParameter('trace_id', text)
  const resourceSpans = store.trace(traceId)
  if (resourceSpans.length === 0) throw new NotFound('trace not found')
  const headers = { 'content-disposition': `attachment; filename="trace-${traceId}.json"` }
  return jsonAnswer(200, { resourceSpans }, headers)
}

function apiError(path: string, code: number, message: string): unknown {
  return path.startsWith('/api/v3/') ? { error: { httpCode: code, message } } : legacyError(code, message)
}

function jsonAnswer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify(body),
  }
}
