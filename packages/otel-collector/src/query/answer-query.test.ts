import { decodeTraceRequestJson } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { makeRequest, spanAt, TRACE_ID } from '../../test/otlp.ts'
import { openTestStore } from '../../test/store.ts'
import type { Answer } from '../http/answer.ts'
import { answerQuery, isViewerPath } from './answer-query.ts'

const textOf = ({ body }: Answer) => [...body].join('')

function openWithTrace() {
  const { store, queries } = openTestStore()
  const request = makeRequest('web', [spanAt(0, 10), spanAt(1, 2)])
  store(request)
  const ask = (path: string, ifNoneMatch?: string, search = '') =>
    answerQuery({ path, search, ifNoneMatch }, queries)
  return { ask, request, store }
}

test.each([
  ['/', true],
  ['/graph', true],
  ['/trace/abc', true],
  ['/assets/viewer.js', true],
  ['/trace/abc.json', false],
  ['/trace/ABC.JSON', false],
  ['/trace/xyz.json', true],
  ['/api/services', false],
  ['/api/v3/services', false],
])('%s is a page or file of the viewer: %s', (path, isViewer) => {
  expect(isViewerPath(path)).toBe(isViewer)
})

describe('a live trace', () => {
  const path = `/api/live/traces/${TRACE_ID}`

  test('a live trace has a revision and is sent only when it has changed', () => {
    const { ask, store } = openWithTrace()
    const first = ask(path)
    expect(first.status).toBe(200)
    expect(JSON.parse(textOf(first)).result.resourceSpans[0].scopeSpans[0].spans).toHaveLength(2)
    const { etag } = first.headers
    expect(etag).toMatch(/^".+"$/)
    const same = ask(path, etag)
    expect([same.status, textOf(same), same.headers.etag]).toEqual([304, '', etag])
    store(makeRequest('web', [spanAt(5, 1)]))
    expect(ask(path, etag).status).toBe(200)
  })

  test('a live trace without spans is empty, because spans can arrive later', () => {
    const { ask } = openWithTrace()
    const answer = ask('/api/live/traces/1')
    expect([answer.status, JSON.parse(textOf(answer))]).toEqual([200, { result: { resourceSpans: [] } }])
  })

  test('a live trace with a malformed id is a 400', () => {
    const { ask } = openWithTrace()
    expect(ask('/api/live/traces/xyz').status).toBe(400)
  })
})

describe('a trace to download', () => {
  test('a downloaded trace is an OTLP request', () => {
    const { ask, request } = openWithTrace()
    const answer = ask(`/trace/${TRACE_ID}.json`)
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="trace-${TRACE_ID}.json"`)
    expect(decodeTraceRequestJson(textOf(answer))).toEqual({ ok: true, request, rejectedSpans: 0 })
  })

  test('an unknown trace cannot be downloaded', () => {
    const { ask } = openWithTrace()
    expect(ask('/trace/1.json').status).toBe(404)
  })
})

describe("Jaeger's APIs", () => {
  test.each([
    ['/api/v3/services', '{"services":["web"]}'],
    ['/api/services', '{"data":["web"],"total":1,"limit":0,"offset":0,"errors":null}'],
  ])('the path %s is answered in the envelope of its API', (path, body) => {
    const { ask } = openWithTrace()
    expect(textOf(ask(path))).toBe(body)
  })

  test.each([
    ['/api/v3/nothing', { error: { httpCode: 404, message: 'unknown path /api/v3/nothing' } }],
    [
      '/api/nothing',
      {
        data: null,
        total: 0,
        limit: 0,
        offset: 0,
        errors: [{ code: 404, msg: 'unknown path /api/nothing' }],
      },
    ],
  ])('the unknown path %s is a 404 in the envelope of its API', (path, body) => {
    const { ask } = openWithTrace()
    const answer = ask(path)
    expect([answer.status, JSON.parse(textOf(answer))]).toEqual([404, body])
  })

  test('an invalid parameter is a 400', () => {
    const { ask } = openWithTrace()
    expect(ask('/api/traces', undefined, '?service=web&limit=none').status).toBe(400)
  })
})
