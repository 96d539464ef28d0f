import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { BadRequest, NotFound } from './jaeger/bad-request.ts'
import { answerLegacy, legacyError } from './jaeger/legacy-api.ts'
import { parseTraceIdParameter } from './jaeger/parse-parameters.ts'
import { answerV3 } from './jaeger/v3-api.ts'
import type { TraceStore } from './store/trace-store.ts'
import type { ViewerFiles } from './viewer-files.ts'

/** Serves Jaeger's query API and the viewer. */
export function createUiHandler(store: TraceStore, viewer: ViewerFiles): RequestListener {
  return (request, response) => {
    answer(request, response, store, viewer).catch((error: unknown) => {
      console.error(`${request.method} ${request.url} failed`, error)
      if (response.headersSent) response.destroy()
      else sendJson(request, response, 500, legacyError(500, 'an internal error'))
    })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: TraceStore,
  viewer: ViewerFiles,
): Promise<void> {
  const url = parseUrl(request)
  if (!url) return sendJson(request, response, 400, legacyError(400, 'the address cannot be parsed'))
  const path = url.pathname
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const body = apiError(path, 405, `${request.method} is not allowed`)
    return sendJson(request, response, 405, body, { allow: 'GET, HEAD' })
  }
  if (path === '/healthz') return sendJson(request, response, 200, { status: 'ok' })
  const liveTrace = /^\/api\/live\/traces\/([^/]+)$/.exec(path)?.[1]
  try {
    if (liveTrace !== undefined) return sendLiveTrace(request, response, liveTrace, store)
    const body = path.startsWith('/api/v3/')
      ? answerV3(path, url.searchParams, store)
      : answerLegacy(path, url.searchParams, store)
    if (body !== undefined) return sendJson(request, response, 200, body)
  } catch (error) {
    const status = error instanceof BadRequest ? 400 : error instanceof NotFound ? 404 : undefined
    if (status === undefined || !(error instanceof Error)) throw error
    return sendJson(request, response, status, apiError(path, status, error.message))
  }
  if (path.startsWith('/api/')) {
    return sendJson(request, response, 404, apiError(path, 404, `nothing is at ${path}`))
  }
  const file = await viewer.read(path)
  response.writeHead(file.status, file.headers).end(request.method === 'HEAD' ? undefined : file.body)
}

/**
 * What the viewer polls: a trace that has no spans yet is an empty one, not an error, and one that has not changed
 * costs nothing.
 */
function sendLiveTrace(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  store: TraceStore,
): void {
  const traceId = parseTraceIdParameter('trace_id', text)
  const etag = `"${store.revision(traceId)}"`
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
  sendJson(request, response, 200, { result: { resourceSpans: store.trace(traceId) } }, { etag })
}

function apiError(path: string, code: number, message: string): unknown {
  return path.startsWith('/api/v3/') ? { error: { httpCode: code, message } } : legacyError(code, message)
}

function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body))
}

function parseUrl(request: IncomingMessage): URL | undefined {
  return URL.parse(request.url ?? '/', 'http://localhost') ?? undefined
}
