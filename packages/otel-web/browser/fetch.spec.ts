import {
  attribute,
  durationMillis,
  expect,
  isRequestTo,
  test,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'
import { startTestServer } from './test-server.ts'

test.beforeEach(async ({ visit, serve }) => {
  await visit(serve('/', ''))
})

test('a span ends with its body', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/body?chunks=3&body=100')).text())
  const span = await waitForSpan(server, isRequestTo('/api/body'))
  expect(durationMillis(span)).toBeGreaterThan(290)
  expect(durationMillis(span)).toBeLessThan(600)
})

test('a body that nobody reads ends its span when it is there', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/unread?chunks=2&body=100')).status)
  const span = await waitForSpan(server, isRequestTo('/api/unread'))
  expect(durationMillis(span)).toBeGreaterThan(190)
  expect(durationMillis(span)).toBeLessThan(600)
})

test('an event stream read chunk by chunk ends its span when it is over', async ({ page, server }) => {
  const read = await page.evaluate(async () => {
    const response = await fetch('/api/sse?sse&chunks=4&body=60')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return text
      text += part.value
    }
  })
  expect(read).toContain('data: 3')
  expect(durationMillis(await waitForSpan(server, isRequestTo('/api/sse')))).toBeGreaterThan(230)
})

test('a cancelled stream is really cancelled, and that is no error', async ({ page, server }) => {
  await page.evaluate(async () => {
    const reader = (await fetch('/api/endless?chunks=1000&body=20')).body?.getReader()
    await reader?.read()
    await reader?.cancel()
  })
  const span = await waitForSpan(server, isRequestTo('/api/endless'))
  expect(span.status).toEqual({})
  expect(durationMillis(span)).toBeLessThan(1000)
})

test('an abort is no error and has no status', async ({ page, server }) => {
  const name = await page.evaluate(async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    return fetch('/api/aborted?delay=2000', { signal: abort.signal }).catch((error: Error) => error.name)
  })
  expect(name).toBe('AbortError')
  const span = await waitForSpan(server, isRequestTo('/api/aborted'))
  expect(span.status).toEqual({})
  expect(attribute(span, 'http.response.status_code')).toBeUndefined()
  expect(attribute(span, 'error.type')).toBeUndefined()
})

test('a network failure is an error with a type and no status', async ({ page, server }) => {
  await page.evaluate(() => fetch('/api/gone?drop').catch(() => {}))
  const span = await waitForSpan(server, isRequestTo('/api/gone'))
  expect(span.status.code).toBe(2)
  expect(attribute(span, 'error.type')).toBe('TypeError')
  expect(attribute(span, 'http.response.status_code')).toBeUndefined()
})

test('a body that breaks off is an error that keeps its status', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/broken?chunks=2&body=30&break')).text().catch(() => {}))
  const span = await waitForSpan(server, isRequestTo('/api/broken'))
  expect(span.status.code).toBe(2)
  expect(attribute(span, 'http.response.status_code')).toBe(200)
})

test('a status of 400 and above is an error named by it', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/refused?status=409')).json())
  const span = await waitForSpan(server, isRequestTo('/api/refused'))
  expect(span.status.code).toBe(2)
  expect(attribute(span, 'error.type')).toBe('409')
})

test('a page still gets its own unhandled rejection, once', async ({ page }) => {
  const reasons = await page.evaluate(async () => {
    const seen: string[] = []
    window.addEventListener('unhandledrejection', (event) => {
      seen.push(String(event.reason))
      event.preventDefault()
    })
    void fetch('/api/gone?drop')
    void (await fetch('/api/x')).json().then(() => Promise.reject(new Error('mine')))
    await new Promise((resolve) => setTimeout(resolve, 300))
    return seen
  })
  expect(reasons.sort()).toEqual(['Error: mine', 'TypeError: Failed to fetch'])
})

test("the caller's init, headers and Request are not touched", async ({ page, server }) => {
  const untouched = await page.evaluate(async () => {
    const headers = { 'x-mine': '1' }
    const init = Object.freeze({ method: 'POST', headers: Object.freeze(headers), body: 'text' })
    await (await fetch('/api/init', init)).text()
    const request = new Request('/api/request', { method: 'PUT', body: 'text', headers: [['x-mine', '2']] })
    await (await fetch(request)).text()
    class Init {
      #method = 'PATCH'
      get method() {
        return this.#method
      }
    }
    await (await fetch('/api/getter', new Init() as RequestInit)).text()
    return {
      init: Object.keys(init),
      headers: Object.keys(headers),
      request: [...request.headers.keys()],
      used: request.bodyUsed,
    }
  })
  expect(untouched.init).toEqual(['method', 'headers', 'body'])
  expect(untouched.headers).toEqual(['x-mine'])
  expect(untouched.request).not.toContain('traceparent')
  expect(untouched.used).toBe(true)
  const seen = (path: string) => server.requests.find((request) => request.path === path)
  expect(seen('/api/init')).toMatchObject({ method: 'POST', body: 'text', headers: { 'x-mine': '1' } })
  expect(seen('/api/request')).toMatchObject({ method: 'PUT', body: 'text', headers: { 'x-mine': '2' } })
  expect(seen('/api/getter')).toMatchObject({ method: 'PATCH' })
  for (const path of ['/api/init', '/api/request', '/api/getter'])
    expect(seen(path)?.traceparent).toBeTruthy()
})

test('a traceparent that the caller set is left alone', async ({ page, server }) => {
  const own = '00-11111111111111111111111111111111-2222222222222222-01'
  await page.evaluate(async (traceparent) => {
    await fetch('/api/own', { headers: { traceparent } })
    await fetch(new Request('/api/own-request', { headers: { traceparent } }))
  }, own)
  expect(server.requests.filter(({ path }) => path.startsWith('/api/own')).map((r) => r.traceparent)).toEqual(
    [own, own],
  )
})

test('a Request of a frame of the same origin is traced and sent as it is', async ({ page, server }) => {
  await page.evaluate(async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const view = frame.contentWindow as (Window & typeof globalThis) | null
    if (view) await (await fetch(new view.Request('/api/framed', { method: 'POST', body: 'b' }))).text()
  })
  expect(server.requests.find(({ path }) => path === '/api/framed')).toMatchObject({
    method: 'POST',
    body: 'b',
  })
  await waitForSpan(server, isRequestTo('/api/framed'))
})

test('strangers get no headers, not even those whose names begin alike', async ({ page, server }) => {
  const stranger = await startTestServer()
  try {
    await page.evaluate(
      (origin) => Promise.all([fetch(`${origin}/api/s`), fetch('/api/mine')]).then(() => {}),
      stranger.origin,
    )
    expect(stranger.requests.map(({ traceparent, path }) => [path, traceparent])).toEqual([
      ['/api/s', undefined],
    ])
    expect(server.requests.find(({ path }) => path === '/api/mine')?.traceparent).toBeTruthy()
  } finally {
    await stranger.close()
  }
})

test('the allow-list and noPropagate decide which requests carry the trace', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const partner = await startTestServer()
  try {
    await visit(
      serve('/listed', '', {
        attributes: `data-propagate-to="${partner.origin}" data-no-propagate="/api/away"`,
      }),
    )
    await page.evaluate(
      (origin) =>
        Promise.all([fetch(`${origin}/api/p`), fetch('/api/away?x'), fetch('/api/mine')]).then(() => {}),
      partner.origin,
    )
    expect(partner.requests[0]?.traceparent).toBeTruthy()
    const own = Object.fromEntries(
      server.requests.map(({ path, traceparent }) => [path, traceparent !== undefined]),
    )
    expect(own).toMatchObject({ '/api/away?x': false, '/api/mine': true })
  } finally {
    await partner.close()
  }
})

test('the clock of the edge is estimated and corrected on the root', async ({ page, server }) => {
  await page.evaluate(async () => {
    await (await fetch('/api/skewed?skew=5000')).text()
    await window.throughline?.action('later', async () => (await fetch('/api/later?skew=5000')).text())
  })
  const root = await waitForSpan(server, (span) => span.name === 'later')
  const offset = Number(attribute(root, 'throughline.clock.offset_ms'))
  expect(offset).toBeGreaterThan(4900)
  expect(offset).toBeLessThan(5100)
  expect(Math.abs(Number(BigInt(root.endTimeUnixNano) / 1_000_000n) - Date.now() - 5000)).toBeLessThan(3000)
})

test('parallel calls of one URL all get a span of their own', async ({ page, server }) => {
  await page.evaluate(() =>
    Promise.all([1, 2, 3].map(async () => (await fetch('/api/same?delay=30')).text())).then(() => {}),
  )
  const spans = await waitForSpans(server, isRequestTo('/api/same'), 3)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3)
})

test('shutdown puts every patched function back', async ({ page }) => {
  const names = await page.evaluate(async () => {
    await window.throughline?.shutdown()
    const native = (value: unknown) => String(value).includes('[native code]')
    const prototypes = { Response, ReadableStream, Promise, EventTarget, XMLHttpRequest, History, WebSocket }
    const left = [
      'fetch',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'requestAnimationFrame',
      'queueMicrotask',
    ].filter((name) => !native(window[name as keyof Window]))
    for (const [name, { prototype }] of Object.entries(prototypes)) {
      for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        for (const value of [descriptor.value, descriptor.get]) {
          if (typeof value === 'function' && !native(value)) left.push(`${name}.${key}`)
        }
      }
    }
    return left
  })
  expect(names).toEqual([])
})
