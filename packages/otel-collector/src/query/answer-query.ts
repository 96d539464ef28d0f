import { type Answer, errorAnswer, jsonAnswer } from '../http/answer.ts'
import { ifNoneMatchHas } from '../http/if-none-match.ts'
import { answerLegacy } from '../jaeger/legacy-api.ts'
import { parseTraceIdParameter } from '../jaeger/parse-parameters.ts'
import { BadRequest, NotFound } from '../jaeger/query-errors.ts'
import { otlpTraceJson } from '../jaeger/trace-json.ts'
import { answerV3, tracesJson } from '../jaeger/v3-api.ts'
import type { QueryStore } from '../store/read/query-store.ts'
import type { Query } from './messages.ts'

const OTLP_FILE = /^\/trace\/([0-9a-f]{1,32})\.json$/i

/** True for the pages and files of the viewer, which need no database. */
export function isViewerPath(path: string): boolean {
  return !path.startsWith('/api/') && !OTLP_FILE.test(path)
}

/** Answers a query of Jaeger's API or of the viewer's own API. Errors of the store are rethrown. */
export function answerQuery({ path, search, ifNoneMatch }: Query, store: QueryStore): Answer {
  try {
    const liveTrace = /^\/api\/live\/traces\/([^/]+)$/.exec(path)?.[1]
    if (liveTrace !== undefined) return readLiveTrace(liveTrace, store, ifNoneMatch)
    const otlpFile = OTLP_FILE.exec(path)?.[1]
    if (otlpFile !== undefined) return readOtlpFile(otlpFile, store)
    const answerApi = path.startsWith('/api/v3/') ? answerV3 : answerLegacy
    const body = answerApi(path, new URLSearchParams(search), store)
    if (body === undefined) throw new NotFound(`unknown path ${path}`)
    return jsonAnswer(200, body)
  } catch (error) {
    if (error instanceof BadRequest) return errorAnswer(path, 400, error.message)
    if (error instanceof NotFound) return errorAnswer(path, 404, error.message)
    throw error
  }
}

/**
 * Answers the viewer's polling. A trace without spans is an empty trace and not an error, and an unchanged trace is not
 * read.
 */
function readLiveTrace(text: string, store: QueryStore, ifNoneMatch: string | undefined): Answer {
  const traceId = parseTraceIdParameter('trace_id', text)
  const etag = `"${store.revision(traceId)}"`
  // A 304 has the cache headers of the 200: https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5
  if (ifNoneMatchHas(ifNoneMatch, etag))
    return { status: 304, headers: { etag, 'cache-control': 'no-cache' }, body: [] }
  return jsonAnswer(200, tracesJson([traceId], store), { etag })
}

/** Answers with a trace as an OTLP request body, for download. */
function readOtlpFile(text: string, store: QueryStore): Answer {
  const traceId = parseTraceIdParameter('trace_id', text)
  const rows = store.spanRows(traceId)
  if (rows.length === 0) throw new NotFound('trace not found')
  const headers = { 'content-disposition': `attachment; filename="trace-${traceId}.json"` }
  return jsonAnswer(200, otlpFileJson(), headers)

  function* otlpFileJson(): Generator<string> {
    yield '{"resourceSpans":['
    yield* otlpTraceJson(rows, store)
    yield ']}'
  }
}
