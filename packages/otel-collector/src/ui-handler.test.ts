import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { getJson, startTestCollector } from '../test/collector.ts'
import { makeRequest, makeSpan, postJson, send, spanAt, TRACE_ID } from '../test/otlp.ts'

describe('a trace that is followed', () => {
  test('is empty until spans arrive, not an error', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/live/traces/${TRACE_ID}`)).toEqual({
      status: 200,
      body: { result: { resourceSpans: [] } },
    })
  })

  test('costs nothing while it has not changed, and is given anew when a span arrives', async () => {
    const collector = await startTestCollector()
    const ask = (etag: string | null) =>
      fetch(`${collector.uiUrl}/api/live/traces/${TRACE_ID}`, {
        headers: etag === null ? {} : { 'if-none-match': etag },
      })
    const first = spanAt(0, 1)
    await send(collector.otlpUrl, 'shop', first)
    const answer = await ask(null)
    expect(await answer.json()).toEqual({ result: makeRequest('shop', [first]) })
    const etag = answer.headers.get('etag')
    expect(etag).toBeTruthy()
    await send(collector.otlpUrl, 'shop', first, makeSpan())
    const unchanged = await ask(etag)
    expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
    const second = spanAt(5, 1)
    await send(collector.otlpUrl, 'shop', second)
    const changed = await ask(etag)
    expect(changed.headers.get('etag')).not.toBe(etag)
    expect(await changed.json()).toEqual({ result: makeRequest('shop', [first, second]) })
  })

  test('cannot have an id that is none', async () => {
    const collector = await startTestCollector()
    expect((await getJson(collector, '/api/live/traces/xyz')).status).toBe(400)
  })
})

describe('the file of a trace', () => {
  test('is a request that any OTLP receiver takes', async () => {
    const [from, to] = [await startTestCollector(), await startTestCollector()]
    await send(from.otlpUrl, 'web', spanAt(0, 10))
    await send(from.otlpUrl, 'shop', spanAt(1, 5), spanAt(2, 3))
    const file = await fetch(`${from.uiUrl}/trace/${TRACE_ID}.json`)
    expect(file.headers.get('content-type')).toBe('application/json')
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="trace-${TRACE_ID}.json"`)
    expect(await (await postJson(to.otlpUrl, await file.text())).text()).toBe('{}')
    const path = `/api/v3/traces/${TRACE_ID}`
    expect((await getJson(to, path)).body).toEqual((await getJson(from, path)).body)
  })

  test('is not there for a trace that is not', async () => {
    const collector = await startTestCollector()
    expect((await getJson(collector, `/trace/${TRACE_ID}.json`)).status).toBe(404)
  })
})

describe('the viewer', () => {
  test.each([
    ['/', 200],
    ['/graph', 200],
    [`/trace/${TRACE_ID}`, 200],
    ['/trace/abc', 200],
    ['/trace/xyz', 404],
    ['/no-page', 404],
  ])('has a page at %s: %d', async (path, status) => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}${path}`)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    // Whatever a span says, no script but the viewer's own may run.
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*require-trusted-types-for 'script'/,
    )
    expect(await response.text()).toContain('<script type="module" src="/assets/viewer.js">')
  })

  test.each([
    ['/assets/viewer.js', 'text/javascript'],
    ['/assets/viewer.css', 'text/css'],
    ['/assets/icon.svg', 'image/svg+xml'],
  ])('is loaded from %s once', async (path, type) => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}${path}`)
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
    expect((await response.text()).length).toBeGreaterThan(100)
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' }
    expect((await fetch(`${collector.uiUrl}${path}`, { headers })).status).toBe(304)
  })

  test("sends Jaeger's search page to its own", async () => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}/search`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/'])
  })
})

test.each(['POST', 'PUT', 'DELETE'])('%s is not allowed', async (method) => {
  const collector = await startTestCollector()
  for (const [path, body] of [
    ['/api/v3/services', { error: { httpCode: 405, message: `${method} is not allowed` } }],
    ['/api/services', expect.objectContaining({ errors: [{ code: 405, msg: `${method} is not allowed` }] })],
  ]) {
    const response = await fetch(`${collector.uiUrl}${path}`, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(await response.json()).toEqual(body)
  }
})

test('HEAD is answered without a body', async () => {
  const collector = await startTestCollector()
  const response = await fetch(`${collector.uiUrl}/api/services`, { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('health is told', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
})

test.each(['//', '/\\', '/%', '/trace/%ff', '/api/traces/%', 'http://', '/?%ff', '*'])(
  'an address like %s breaks nothing',
  async (path) => {
    const collector = await startTestCollector()
    const socket = connect(Number(new URL(collector.uiUrl).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1.1 (200|400|404) /)
    expect((await getJson(collector, '/healthz')).status).toBe(200)
  },
)
