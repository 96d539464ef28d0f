import {
  attribute,
  delaySdk,
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
  expect(durationMillis(span)).toBeLessThan(2000)
})

test('a body that nobody reads ends its span when it is there', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/unread?chunks=2&body=100')).status)
  const span = await waitForSpan(server, isRequestTo('/api/unread'))
  expect(durationMillis(span)).toBeGreaterThan(190)
  expect(durationMillis(span)).toBeLessThan(2000)
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
  expect(durationMillis(span)).toBeLessThan(10_000)
})

test('an answer without a body ends with its headers: 204, 304', async ({ page, server }) => {
  for (const status of [204, 304]) {
    await page.evaluate(
      async (path) => void (await fetch(path, { headers: { 'if-none-match': '"1"' } })),
      `/api/none/${status}?status=${status}`,
    )
    const span = await waitForSpan(server, isRequestTo(`/api/none/${status}`))
    expect([attribute(span, 'http.response.status_code'), span.status]).toEqual([status, {}])
  }
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

test('an abort is no error whatever its reason, unless it says that time ran out', async ({
  page,
  server,
}) => {
  await page.evaluate(async () => {
    const abort = async (path: string, reason: unknown, read = false) => {
      const controller = new AbortController()
      const { signal } = controller
      setTimeout(() => controller.abort(reason), 60)
      const request = read ? new Request(path, { signal }) : path
      await fetch(request, { signal })
        .then((response) => response.text())
        .catch(() => {})
    }
    const pipe = async (path: string, reason: unknown) => {
      const controller = new AbortController()
      const { body } = await fetch(path)
      setTimeout(() => controller.abort(reason), 60)
      await body?.pipeTo(new WritableStream(), { signal: controller.signal }).catch(() => {})
    }
    await Promise.all([
      abort('/api/reason/error?delay=2000', new Error('x')),
      abort('/api/reason/text?delay=2000', 'gone'),
      abort('/api/reason/body?chunks=50&body=20', new Error('x'), true),
      pipe('/api/reason/pipe?chunks=50&body=20', new Error('x')),
      fetch('/api/late?delay=2000', { signal: AbortSignal.timeout(50) }).catch(() => {}),
    ])
  })
  for (const span of await waitForSpans(server, isRequestTo('/api/reason'), 4)) {
    expect(span.status, String(attribute(span, 'url.full'))).toEqual({})
    expect(attribute(span, 'error.type')).toBeUndefined()
  }
  const late = await waitForSpan(server, isRequestTo('/api/late'))
  expect(attribute(late, 'error.type')).toBe('TimeoutError')
})

test('a body goes on with the next reader', async ({ page, server }) => {
  await page.evaluate(async () => {
    // In one go: whoever hears of the release finds the stream in the next one's hands.
    const hand = async <T>(path: string, on: (body: ReadableStream) => T) => {
      const { body } = await fetch(path)
      if (!body) throw new Error('no body')
      const first = body.getReader()
      await first.read()
      first.releaseLock()
      return on(body)
    }
    const drain = async (body: ReadableStream) => {
      const reader = body.getReader()
      while (!(await reader.read()).done);
    }
    await hand('/api/next/reader?chunks=4&body=80', drain)
    await hand('/api/next/pipe?chunks=4&body=80', (body) => body.pipeTo(new WritableStream()))
    await hand('/api/broken/next?chunks=2&body=80&break', drain).catch(() => {})
  })
  for (const span of await waitForSpans(server, isRequestTo('/api/next'), 2)) {
    expect(span.status).toEqual({})
    expect(durationMillis(span)).toBeGreaterThan(300)
  }
  expect((await waitForSpan(server, isRequestTo('/api/broken'))).status.code).toBe(2)
})

test('what cannot be piped is refused as without us', async ({ page }) => {
  const refused = await page.evaluate(async () => {
    const body = (await fetch('/api/pipe')).body
    const transform = new TransformStream()
    transform.writable.getWriter()
    const attempts = [
      transform,
      { ...new TransformStream(), readable: {}, writable: new WritableStream() },
      {},
    ]
    return attempts.map((attempt) => {
      try {
        body?.pipeThrough(attempt as TransformStream)
        return 'piped'
      } catch (error) {
        return (error as Error).name
      }
    })
  })
  expect(refused).toEqual(['TypeError', 'TypeError', 'TypeError'])
})

test('a body that is left alone for a while still ends its span', async ({ page, server }) => {
  await page.evaluate(async () => {
    const response = await fetch('/api/dialog?chunks=9&body=250')
    await new Promise((resolve) => setTimeout(resolve, 1400))
    return response.json()
  })
  expect(durationMillis(await waitForSpan(server, isRequestTo('/api/dialog')))).toBeGreaterThan(2200)
})

test('bodies begun and dropped end their spans, even those that resource timing cannot tell apart', async ({
  page,
  server,
}) => {
  await page.evaluate(async () => {
    const drop = async () =>
      void (await (await fetch('/api/dropped?chunks=3&body=60')).body?.getReader().read())
    await Promise.all(Array.from({ length: 24 }, drop))
  })
  for (const span of await waitForSpans(server, isRequestTo('/api/dropped'), 24)) {
    expect(attribute(span, 'throughline.incomplete')).toBeUndefined()
    expect(durationMillis(span)).toBeGreaterThan(170)
  }
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
  expect(offset).toBeGreaterThan(4500)
  expect(offset).toBeLessThan(5500)
  expect(Math.abs(Number(BigInt(root.endTimeUnixNano) / 1_000_000n) - Date.now() - 5000)).toBeLessThan(3000)
})

test('an answer out of a cache or of a service worker says nothing of the clock', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const old = `edge;desc="${Date.now() - 300_000}";dur=1`
  serve('/cached', '', { headers: { 'cache-control': 'max-age=600', 'server-timing': old } })
  const worker = `oninstall = () => skipWaiting()
    onactivate = (event) => event.waitUntil(clients.claim())
    onfetch = (event) => {
      if (event.request.url.endsWith('/api/stored'))
        event.respondWith(new Response('{}', { headers: { 'server-timing': '${old}' } }))
    }`
  server.pages.set('/worker', { html: worker, headers: { 'content-type': 'text/javascript' } })
  await page.evaluate(async () => {
    await (await fetch('/cached')).text()
    await navigator.serviceWorker.register('/worker', { scope: '/' })
    await navigator.serviceWorker.ready
  })
  await visit(serve('/later', ''))
  await page.evaluate(() =>
    window.throughline?.action('stored', async () => {
      for (const path of ['/cached', '/api/stored']) await (await fetch(path)).text()
      await new Promise((resolve) => setTimeout(resolve, 300))
    }),
  )
  const root = await waitForSpan(server, (span) => span.name === 'stored')
  expect(attribute(root, 'throughline.clock.offset_ms')).toBeUndefined()
  expect(server.requests.filter(({ path }) => path === '/cached')).toHaveLength(1)
  expect(server.requests.filter(({ path }) => path === '/api/stored')).toHaveLength(0)
})

test('a stranger says nothing of the clock, whatever it exposes', async ({ page, server }) => {
  const stranger = await startTestServer()
  try {
    stranger.pages.set('/clock', {
      html: '',
      headers: {
        'access-control-expose-headers': 'server-timing',
        'timing-allow-origin': '*',
        'server-timing': `edge;desc="${Date.now() + 60_000}";dur=1`,
      },
    })
    await page.evaluate(
      (url) =>
        window.throughline?.action('abroad', async () => {
          await (await fetch(url)).text()
          await new Promise((resolve) => setTimeout(resolve, 300))
        }),
      `${stranger.origin}/clock`,
    )
    const root = await waitForSpan(server, (span) => span.name === 'abroad')
    expect(attribute(root, 'throughline.clock.offset_ms')).toBeUndefined()
  } finally {
    await stranger.close()
  }
})

test('parallel calls of one URL all get a span of their own', async ({ page, server }) => {
  await page.evaluate(() =>
    Promise.all([1, 2, 3].map(async () => (await fetch('/api/same?delay=30')).text())).then(() => {}),
  )
  const spans = await waitForSpans(server, isRequestTo('/api/same'), 3)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3)
})

test("an XHR's own headers are left alone", async ({ page, server }) => {
  const own = '00-11111111111111111111111111111111-2222222222222222-01'
  await page.evaluate(async (traceparent) => {
    const api = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
    const baggage = { getAllEntries: () => [['ours', { value: '1' }]] }
    const context = api.context.active().setValue(Symbol.for('OpenTelemetry Baggage Key'), baggage)
    const send = (path: string, headers: Record<string, string>) =>
      new Promise((resolve) => {
        const xhr = new XMLHttpRequest()
        xhr.open('GET', path)
        for (const name in headers) xhr.setRequestHeader(name, headers[name] ?? '')
        xhr.onloadend = resolve
        api.context.with(context, () => xhr.send())
      })
    await send('/api/none', {})
    await send('/api/baggage', { Baggage: 'mine=1' })
    await send('/api/traceparent', { traceparent })
  }, own)
  const seen = (path: string) => server.requests.find((request) => request.path === path)
  expect(seen('/api/none')?.headers.baggage).toBe('ours=1')
  expect(seen('/api/baggage')?.headers.baggage).toBe('mine=1')
  expect(seen('/api/baggage')?.traceparent).toBeTruthy()
  expect(seen('/api/traceparent')).toMatchObject({ traceparent: own })
  expect(seen('/api/traceparent')?.headers.baggage).toBeUndefined()
})

test('an XHR that is opened anew is another request, and one that is refused is none', async ({
  page,
  server,
}) => {
  const refused = await page.evaluate(async () => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api/first?delay=1500')
    xhr.send()
    await new Promise((resolve) => setTimeout(resolve, 60))
    xhr.open('GET', '/api/second?delay=300')
    const loaded = new Promise((resolve) => xhr.addEventListener('load', resolve))
    xhr.send()
    const names: string[] = []
    for (const wrong of [xhr, new XMLHttpRequest()]) {
      try {
        wrong.send()
      } catch (error) {
        names.push((error as Error).name)
      }
    }
    await loaded
    return names
  })
  expect(refused).toEqual(['InvalidStateError', 'InvalidStateError'])
  const first = await waitForSpan(server, isRequestTo('/api/first'))
  expect(first.status).toEqual({})
  expect(attribute(first, 'http.response.status_code')).toBeUndefined()
  expect(durationMillis(first)).toBeLessThan(1200)
  const second = await waitForSpan(server, isRequestTo('/api/second'))
  expect(attribute(second, 'http.response.status_code')).toBe(200)
  // What is still open is sent when the page goes.
  await page.goto('about:blank')
  await waitForSpan(server, (span) => span.name === 'web vitals').catch(() => {})
  expect(server.spans().filter(isRequestTo('/api/second'))).toHaveLength(1)
})

test('a synchronous XHR has the status it got', async ({ page, server }) => {
  await page.evaluate(() => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api/sync?status=500', false)
    xhr.send()
  })
  const span = await waitForSpan(server, isRequestTo('/api/sync'))
  expect(attribute(span, 'http.response.status_code')).toBe(500)
  expect(span.status.code).toBe(2)
})

test('an XHR object that is used again and again has one span a request', async ({ page, server }) => {
  await page.evaluate(async () => {
    const xhr = new XMLHttpRequest()
    for (const path of ['one', 'two?drop', 'three?status=404']) {
      xhr.open('GET', `/api/again/${path}`)
      await new Promise((resolve) => {
        xhr.onloadend = resolve
        xhr.send()
      })
    }
  })
  const outcomes: unknown[] = []
  for (const name of ['one', 'two', 'three']) {
    const [span, ...others] = await waitForSpans(server, isRequestTo(`/api/again/${name}`))
    expect(others).toEqual([])
    outcomes.push([
      span && attribute(span, 'http.response.status_code'),
      span && attribute(span, 'error.type'),
    ])
  }
  expect(outcomes).toEqual([
    [200, undefined],
    [undefined, 'NetworkError'],
    [404, '404'],
  ])
})

test('headers from an iterator are sent, and with them the trace', async ({ page, server }) => {
  await page.evaluate(async () => {
    const own = () => new Map([['x-own', '1']]).entries() as unknown as HeadersInit
    const theirs = () =>
      new Map([
        ['x-own', '2'],
        ['traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
      ]).entries() as unknown as HeadersInit
    await fetch('/api/string', { headers: own() })
    await fetch(new Request('/api/request'), { headers: own() })
    await fetch('/api/theirs', { headers: theirs() })
  })
  const seen = (path: string) => server.requests.find((request) => request.path === path)?.headers
  for (const path of ['/api/string', '/api/request']) {
    expect(seen(path)).toMatchObject({ 'x-own': '1', traceparent: expect.stringMatching(/^00-/) })
  }
  expect(seen('/api/theirs')).toMatchObject({ 'x-own': '2', traceparent: expect.stringContaining('aaaa') })
})

test('a second reader that is refused does not end what the first one reads', async ({ page, server }) => {
  await page.evaluate(async () => {
    const response = await fetch('/api/twice?chunks=3&body=100')
    await Promise.allSettled([response.text(), response.json()])
  })
  const span = await waitForSpan(server, isRequestTo('/api/twice'))
  expect(span.status).toEqual({})
  expect(durationMillis(span)).toBeGreaterThan(290)
})

test('an XHR from before the SDK ends as it ended', async ({ page, visit, serve, server }) => {
  await delaySdk(page, 500)
  await visit(
    serve(
      '/early',
      `<script>
        const send = (path) => { const xhr = new XMLHttpRequest(); xhr.open('GET', path); xhr.send(); return xhr }
        send('/api/early/gone?drop')
        send('/api/early/fine')
        const aborted = send('/api/early/aborted?delay=3000')
        setTimeout(() => aborted.abort(), 50)
      </script>`,
    ),
  )
  const gone = await waitForSpan(server, isRequestTo('/api/early/gone'))
  expect(gone.status.code).toBe(2)
  expect(attribute(gone, 'error.type')).toBe('NetworkError')
  expect(attribute(gone, 'http.response.status_code')).toBeUndefined()
  const fine = await waitForSpan(server, isRequestTo('/api/early/fine'))
  expect(attribute(fine, 'http.response.status_code')).toBe(200)
  const aborted = await waitForSpan(server, isRequestTo('/api/early/aborted'))
  expect(aborted.status).toEqual({})
  expect(attribute(aborted, 'throughline.incomplete')).toBeUndefined()
})

test('an XHR that is redirected to a stranger makes no noise', async ({ page, server, noise }) => {
  const stranger = await startTestServer()
  try {
    const status = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const xhr = new XMLHttpRequest()
          xhr.open('GET', `/api/away?redirect=${encodeURIComponent(url)}`)
          xhr.onloadend = () => resolve(xhr.status)
          xhr.send()
        }),
      `${stranger.origin}/api/there`,
    )
    expect(status).toBe(200)
    await waitForSpan(server, isRequestTo('/api/away'))
    expect(noise).toEqual([])
  } finally {
    await stranger.close()
  }
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
