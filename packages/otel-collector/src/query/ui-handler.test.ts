import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { makeRequest, makeSpan, postJson, send, spanAt, TRACE_ID } from '../../test/otlp.ts'

describe('a trace that is followed', () => {
  test('a followed trace is empty until spans arrive', async () => {
    const collector = await startTestCollector()
    expect(await getJson(collector, `/api/live/traces/${TRACE_ID}`)).toEqual({
      status: 200,
      body: { result: { resourceSpans: [] } },
    })
  })

  test('an unchanged trace is a 304 until a span of it arrives', async () => {
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

  test('a followed trace with a malformed id is a 400', async () => {
    const collector = await startTestCollector()
    expect((await getJson(collector, '/api/live/traces/xyz')).status).toBe(400)
  })
})

describe('the file of a trace', () => {
  test('the file of a trace is an OTLP request', async () => {
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

  test('an unknown trace has no file', async () => {
    const collector = await startTestCollector()
    expect((await getJson(collector, `/trace/${TRACE_ID}.json`)).status).toBe(404)
  })
})

describe('the viewer', () => {
  test.each([
    ['/', 200],
    ['/graph', 200],
    ['/compare/abc', 200],
    ['/compare/abc/def', 200],
    ['/compare/abc/def/123', 404],
    ['/compare/', 404],
    [`/trace/${TRACE_ID}`, 200],
    ['/trace/abc', 200],
    ['/trace/xyz', 404],
    ['/no-page', 404],
  ])('the viewer has a page at %s: %d', async (path, status) => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}${path}`)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    // Only the viewer's own scripts can run, for every text of a span.
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*require-trusted-types-for 'script'/,
    )
    expect(await response.text()).toContain('<script type="module" src="/assets/viewer.js">')
  })

  test.each([
    ['/assets/viewer.js', 'text/javascript'],
    ['/assets/viewer.css', 'text/css'],
    ['/assets/icon.svg', 'image/svg+xml'],
    ['/assets/third-party-notices.txt', 'text/plain'],
  ])('the viewer file %s is a 304 with its etag', async (path, type) => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}${path}`)
    expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
    expect((await response.text()).length).toBeGreaterThan(100)
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' }
    expect((await fetch(`${collector.uiUrl}${path}`, { headers })).status).toBe(304)
  })

  test('the viewer has the licences of its packages', async () => {
    const collector = await startTestCollector()
    const read = async (path: string) => (await fetch(`${collector.uiUrl}${path}`)).text()
    expect((await read('/assets/viewer.js')).slice(0, 80)).toContain('/assets/third-party-notices.txt')
    const notices = await read('/assets/third-party-notices.txt')
    expect(notices).toMatch(/^preact \d+\.\d+\.\d+ \(MIT\)$/m)
    expect(notices).toContain('The MIT License (MIT)')
  })

  test("the address of Jaeger's search page redirects to the viewer", async () => {
    const collector = await startTestCollector()
    const response = await fetch(`${collector.uiUrl}/search`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/'])
  })
})

// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
describe('a conditional request', () => {
  const paths = [`/api/live/traces/${TRACE_ID}`, '/assets/icon.svg']
  const send304 = async (path: string, header: (etag: string) => string) => {
    const collector = await startTestCollector()
    await send(collector.otlpUrl, 'shop', spanAt(0, 1))
    const whole = await fetch(`${collector.uiUrl}${path}`)
    const etag = whole.headers.get('etag') ?? ''
    const headers = { 'if-none-match': header(etag) }
    return { whole, answer: await fetch(`${collector.uiUrl}${path}`, { headers }) }
  }

  test.each(
    paths.flatMap((path) =>
      (
        [
          ['the tag', (etag) => etag],
          ['a weak form of the tag', (etag) => `W/${etag}`],
          ['a list with the tag', (etag) => `"other", ${etag}`],
          ['any tag', () => '*'],
        ] as [string, (etag: string) => string][]
      ).map(([name, header]) => [path, name, header] as const),
    ),
  )('%s is a 304 with the cache headers of the 200 if the request has %s', async (path, _, header) => {
    const { whole, answer } = await send304(path, header)
    expect([answer.status, await answer.text()]).toEqual([304, ''])
    for (const name of ['etag', 'cache-control'])
      expect(answer.headers.get(name), name).toBe(whole.headers.get(name))
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  })

  test.each(paths)('%s is sent as a whole if the request has another tag', async (path) => {
    const { whole, answer } = await send304(path, () => '"other", W/"another"')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(await whole.text())
  })
})

// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
test.each([
  '/',
  '/assets/viewer.css',
  '/api/services',
  '/api/v3/services',
  '/api/v3/traces/xyz',
  '/api/nowhere',
  `/trace/${TRACE_ID}.json`,
  '/search',
  '/healthz',
])('HEAD %s has the status and the headers of GET and no body', async (path) => {
  const collector = await startTestCollector()
  await send(collector.otlpUrl, 'shop', spanAt(0, 1))
  const [get, head] = await Promise.all(
    ['GET', 'HEAD'].map((method) => fetch(`${collector.uiUrl}${path}`, { method, redirect: 'manual' })),
  )
  expect(head?.status).toBe(get?.status)
  expect(await head?.text()).toBe('')
  const relevant = (response: Response | undefined) =>
    [...(response?.headers ?? [])].filter(
      ([name]) => !/^(date|connection|keep-alive|transfer-encoding|content-length)$/.test(name),
    )
  expect(relevant(head)).toEqual(relevant(get))
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

test('a response to HEAD has no body', async () => {
  const collector = await startTestCollector()
  const response = await fetch(`${collector.uiUrl}/api/services`, { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('the health check is answered', async () => {
  const collector = await startTestCollector()
  expect(await getJson(collector, '/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
})

test.each(['//', '/\\', '/%', '/trace/%ff', '/api/traces/%', 'http://', '/?%ff', '*'])(
  'the malformed address %s is not an internal error',
  async (path) => {
    const collector = await startTestCollector()
    const socket = connect(Number(new URL(collector.uiUrl).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1.1 (200|400|404) /)
    expect((await getJson(collector, '/healthz')).status).toBe(200)
  },
)
