import { startPageServer } from '@throughline/otel-testing/playwright'
import {
  attribute,
  delaySdk,
  expect,
  isNamed,
  isRequestTo,
  SCRIPTS,
  startedWith,
  test,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

test.beforeEach(async ({ visit, serve }) => {
  await visit(serve('/', ''))
})

test('a span ends with its body', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/body?chunks=3&body=100')).text())
  const span = await waitForSpan(server, isRequestTo('/api/body'))
  expect(span.durationMillis).toBeGreaterThan(290)
})

test('a body that is not read ends its span when it has arrived', async ({ page, server }) => {
  await page.evaluate(async () => (await fetch('/api/unread?chunks=2&body=100')).status)
  const span = await waitForSpan(server, isRequestTo('/api/unread'))
  expect(span.durationMillis).toBeGreaterThan(190)
})

test('an event stream that is read by chunks ends its span when the stream ends', async ({
  page,
  server,
}) => {
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
  expect((await waitForSpan(server, isRequestTo('/api/sse'))).durationMillis).toBeGreaterThan(230)
})

test('cancelling a stream cancels the request without an error', async ({ page, server }) => {
  await page.evaluate(async () => {
    const reader = (await fetch('/api/endless?chunks=1000&body=20')).body?.getReader()
    await reader?.read()
    await reader?.cancel()
  })
  const span = await waitForSpan(server, isRequestTo('/api/endless'))
  expect(span.status).toEqual({})
  expect(span.durationMillis).toBeLessThan(10_000)
})

test('the span of a 204 or a 304 ends with the headers', async ({ page, server }) => {
  for (const status of [204, 304]) {
    await page.evaluate(
      async (path) => void (await fetch(path, { headers: { 'if-none-match': '"1"' } })),
      `/api/none/${status}?status=${status}`,
    )
    const span = await waitForSpan(server, isRequestTo(`/api/none/${status}`))
    expect([attribute(span, 'http.response.status_code'), span.status]).toEqual([status, {}])
  }
})

test('an abort is not an error and has no status', async ({ page, server }) => {
  const name = await page.evaluate(async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    return fetch('/api/aborted?until=/never', { signal: abort.signal }).catch((error: Error) => error.name)
  })
  expect(name).toBe('AbortError')
  const span = await waitForSpan(server, isRequestTo('/api/aborted'))
  expect(span.status).toEqual({})
  expect(attribute(span, 'http.response.status_code')).toBeUndefined()
  expect(attribute(span, 'error.type')).toBeUndefined()
})

test('an abort is an error only if its reason is a TimeoutError', async ({ page, server }) => {
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
      abort('/api/reason/error?until=/never', new Error('x')),
      abort('/api/reason/text?until=/never', 'gone'),
      abort('/api/reason/body?chunks=50&body=20', new Error('x'), true),
      pipe('/api/reason/pipe?chunks=50&body=20', new Error('x')),
      fetch('/api/late?until=/never', { signal: AbortSignal.timeout(50) }).catch(() => {}),
    ])
  })
  for (const span of await waitForSpans(server, isRequestTo('/api/reason'), 4)) {
    expect(span.status, String(attribute(span, 'url.full'))).toEqual({})
    expect(attribute(span, 'error.type')).toBeUndefined()
  }
  const late = await waitForSpan(server, isRequestTo('/api/late'))
  expect(attribute(late, 'error.type')).toBe('TimeoutError')
})

test('a body is followed when a second reader continues it', async ({ page, server }) => {
  await page.evaluate(async () => {
    // Without an await in between: when the release is noticed, the next reader has the stream.
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
    expect(span.durationMillis).toBeGreaterThan(300)
  }
  expect((await waitForSpan(server, isRequestTo('/api/broken'))).status.code).toBe(2)
})

test('a body that cannot be piped is refused as without tracing', async ({ page }) => {
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

test('a body that is not read for a while ends its span', async ({ page, server }) => {
  await page.evaluate(async () => {
    const response = await fetch('/api/dialog?chunks=9&body=250')
    await new Promise((resolve) => setTimeout(resolve, 1400))
    return response.json()
  })
  expect((await waitForSpan(server, isRequestTo('/api/dialog'))).durationMillis).toBeGreaterThan(2200)
})

test('bodies that are read in part and dropped end their spans, even with ambiguous resource timing', async ({
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
    expect(span.durationMillis).toBeGreaterThan(170)
  }
})

test('a network failure is an error with a type and no status', async ({ page, server }) => {
  await page.evaluate(() => fetch('/api/gone?drop').catch(() => {}))
  const span = await waitForSpan(server, isRequestTo('/api/gone'))
  expect(span.status.code).toBe(2)
  expect(attribute(span, 'error.type')).toBe('TypeError')
  expect(attribute(span, 'http.response.status_code')).toBeUndefined()
})

test('a truncated body is an error with the status of the response', async ({ page, server }) => {
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

test('the page gets its own unhandled rejection, once', async ({ page }) => {
  const reasons = await page.evaluate(async () => {
    const seen: string[] = []
    const both = new Promise<void>((resolve) => {
      window.addEventListener('unhandledrejection', (event) => {
        event.preventDefault()
        if (seen.push(String(event.reason)) === 2) resolve()
      })
    })
    void fetch('/api/gone?drop')
    void (await fetch('/api/x')).json().then(() => Promise.reject(new Error('mine')))
    await both
    // Events of promises that were derived from these would have been dispatched before this response.
    await (await fetch('/api/y')).text()
    return seen
  })
  expect(reasons.sort()).toEqual(['Error: mine', 'TypeError: Failed to fetch'])
})

test('init, headers and Request of the caller are not changed', async ({ page, server }) => {
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

test('a traceparent that the caller set is kept', async ({ page, server }) => {
  const own = '00-11111111111111111111111111111111-2222222222222222-01'
  await page.evaluate(async (traceparent) => {
    await fetch('/api/own', { headers: { traceparent } })
    await fetch(new Request('/api/own-request', { headers: { traceparent } }))
  }, own)
  expect(server.requests.filter(({ path }) => path.startsWith('/api/own')).map((r) => r.traceparent)).toEqual(
    [own, own],
  )
})

test('a Request of a same-origin frame is traced and sent unchanged', async ({ page, server }) => {
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

test('other origins get no headers, even if they begin like the own origin', async ({ page, server }) => {
  const stranger = await startPageServer(SCRIPTS)
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
  const partner = await startPageServer(SCRIPTS)
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

test('the offset to the clock of the edge is estimated and recorded on the root', async ({
  page,
  server,
}) => {
  const measured = await page.evaluate(async () => {
    const sentMillis = performance.now()
    await (await fetch('/api/skewed?skew=5000')).text()
    const roundTripMillis = performance.now() - sentMillis
    const startMillis = Date.now()
    await window.throughline?.action('later', async () => (await fetch('/api/later?skew=5000')).text())
    return { roundTripMillis, startMillis, endMillis: Date.now() }
  })
  const root = await waitForSpan(server, (span) => span.name === 'later')
  const offset = Number(attribute(root, 'throughline.clock.offset_ms'))
  // The clock of the page may differ from the wall clock by 20 ms, and whole milliseconds are rounded.
  const toleranceMillis = 25
  expect(Math.abs(offset - 5000)).toBeLessThan(measured.roundTripMillis / 2 + toleranceMillis)
  const endMillis = Number(BigInt(root.endTimeUnixNano) / 1_000_000n) - offset
  expect(endMillis).toBeGreaterThan(measured.startMillis - toleranceMillis)
  expect(endMillis).toBeLessThan(measured.endMillis + toleranceMillis)
})

test('a response from a cache or a service worker is not used for the clock', async ({
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
    }),
  )
  const root = await waitForSpan(server, (span) => span.name === 'stored')
  expect(attribute(root, 'throughline.clock.offset_ms')).toBeUndefined()
  expect(server.requests.filter(({ path }) => path === '/cached')).toHaveLength(1)
  expect(server.requests.filter(({ path }) => path === '/api/stored')).toHaveLength(0)
})

test('a response of another origin is not used for the clock', async ({ page, server }) => {
  const stranger = await startPageServer(SCRIPTS)
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
        }),
      `${stranger.origin}/clock`,
    )
    const root = await waitForSpan(server, (span) => span.name === 'abroad')
    expect(attribute(root, 'throughline.clock.offset_ms')).toBeUndefined()
  } finally {
    await stranger.close()
  }
})

test('parallel calls of one URL each have a span', async ({ page, server }) => {
  await page.evaluate(() =>
    Promise.all([1, 2, 3].map(async () => (await fetch('/api/same?delay=30')).text())).then(() => {}),
  )
  const spans = await waitForSpans(server, isRequestTo('/api/same'), 3)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3)
})

test('headers that the page sets on an XHR are kept', async ({ page, server }) => {
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
  expect(seen('/api/baggage')?.headers.baggage).toBe('mine=1, ours=1')
  expect(seen('/api/baggage')?.traceparent).toBeTruthy()
  expect(seen('/api/traceparent')).toMatchObject({ traceparent: own })
  expect(seen('/api/traceparent')?.headers.baggage).toBeUndefined()
})

test('a context in W3C headers is extracted once the extras have loaded', async ({ page }) => {
  const read = () =>
    page.evaluate(() => {
      const { context, propagation } = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'))
      const carrier = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, baggage: 'k=v' }
      const extracted = propagation.extract(context.active(), carrier, {
        get: (from: Record<string, string>, name: string) => from[name],
        keys: Object.keys,
      })
      const valueIn = (key: string) => extracted.getValue(Symbol.for(`OpenTelemetry ${key}`))
      return [valueIn('Context Key SPAN')?.spanContext().traceId, valueIn('Baggage Key')?.getEntry('k').value]
    })
  await expect.poll(read).toEqual(['a'.repeat(32), 'v'])
})

test('an XHR that is opened again is another request, and a refused one is not a request', async ({
  page,
  server,
}) => {
  const refused = await page.evaluate(async () => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api/first?until=/never')
    xhr.send()
    await fetch(`/api/seen?until=${encodeURIComponent('/api/first?until=/never')}`)
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
  const second = await waitForSpan(server, isRequestTo('/api/second'))
  expect(attribute(second, 'http.response.status_code')).toBe(200)
  expect(BigInt(first.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(second.startTimeUnixNano))
  // Open spans are sent when the page is unloaded.
  await page.evaluate(() => void window.throughline?.action('left open', () => new Promise(() => {})))
  await page.goto('about:blank')
  await waitForSpan(server, isNamed('left open'))
  expect(server.spans().filter(isRequestTo('/api/second'))).toHaveLength(1)
})

test('the span of a synchronous XHR has its status', async ({ page, server }) => {
  await page.evaluate(() => {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', '/api/sync?status=500', false)
    xhr.send()
  })
  const span = await waitForSpan(server, isRequestTo('/api/sync'))
  expect(attribute(span, 'http.response.status_code')).toBe(500)
  expect(span.status.code).toBe(2)
})

test('an XHR object that is reused has one span for each request', async ({ page, server }) => {
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

test('headers from an iterator are sent with the trace headers', async ({ page, server }) => {
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

test('a refused second reader does not end the span of the first one', async ({ page, server }) => {
  await page.evaluate(async () => {
    const response = await fetch('/api/twice?chunks=3&body=100')
    await Promise.allSettled([response.text(), response.json()])
  })
  const span = await waitForSpan(server, isRequestTo('/api/twice'))
  expect(span.status).toEqual({})
  expect(span.durationMillis).toBeGreaterThan(290)
})

test('a reader refused by a locked body does not end the span', async ({ page, server }) => {
  await page.evaluate(async () => {
    const response = await fetch('/api/locked?chunks=3&body=100')
    const reader = response.body?.getReader()
    await response.text().catch(() => {})
    reader?.releaseLock()
    await response.text()
  })
  const span = await waitForSpan(server, isRequestTo('/api/locked'))
  expect(span.status).toEqual({})
  expect(span.durationMillis).toBeGreaterThan(290)
})

/** The effect of a sink or its options on a body of 300 ms, and the end of the request's span. */
for (const [name, code, isError, atLeastMillis] of [
  ['a sink that fails', `pipeTo(new WritableStream({ write() { throw new RangeError('full') } }))`, false, 0],
  ['a sink that fails with a TypeError', `pipeTo(new WritableStream({ write: () => null.x }))`, false, 0],
  ['a sink that has failed before', `pipeTo(new WritableStream({ start() { throw 'no' } }))`, false, 0],
  [
    'a transformation that fails',
    `pipeThrough(new TransformStream({ transform() { throw new Error('x') } })).getReader().read()`,
    false,
    0,
  ],
  [
    'a sink that fails with preventCancel, and another reader',
    `pipeTo(new WritableStream({ write() { throw 'x' } }), { preventCancel: true }).catch(() => new Response(body).text())`,
    false,
    290,
  ],
  ['a sink of a body that breaks off', `pipeTo(new WritableStream())`, true, 0],
] as const) {
  test(`${name} ${isError ? 'is an' : 'is no'} error of the request`, async ({ page, server }) => {
    const url = `/api/sink?chunks=3&body=100${isError ? '&break' : ''}`
    await page.evaluate(`fetch('${url}').then(({ body }) => body.${code}).catch(() => {})`)
    const span = await waitForSpan(server, isRequestTo('/api/sink'))
    expect(span.status.code).toBe(isError ? 2 : undefined)
    expect(span.durationMillis).toBeGreaterThanOrEqual(atLeastMillis)
  })
}

test('an XHR from before the SDK has its outcome', async ({ page, visit, serve, server }) => {
  await delaySdk(page, 500)
  await visit(
    serve(
      '/early',
      `<script>
        const send = (path) => { const xhr = new XMLHttpRequest(); xhr.open('GET', path); xhr.send(); return xhr }
        send('/api/early/gone?drop')
        send('/api/early/fine')
        const aborted = send('/api/early/aborted?until=/never')
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

test('an XHR that is redirected to another origin causes no console message', async ({
  page,
  server,
  noise,
}) => {
  const stranger = await startPageServer(SCRIPTS)
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

test('shutdown restores every patched function', async ({ page, serve }) => {
  const collect = () => {
    const found = new Map<string, unknown>()
    const own = [
      'fetch',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'requestAnimationFrame',
      'queueMicrotask',
    ]
    for (const name of own) found.set(name, window[name as keyof Window])
    const classes = {
      Response,
      ReadableStream,
      Promise,
      EventTarget,
      XMLHttpRequest,
      History,
      WebSocket,
      Document,
    }
    for (const [name, each] of Object.entries(classes)) {
      found.set(name, each)
      for (const [key, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(each.prototype))) {
        found.set(`${name}.${key}`, value ?? get)
      }
    }
    return found
  }
  const script = `<script>const collect = ${collect}; const before = collect()</script>`
  await page.goto(serve('/', '', { script: script + (await startedWith({})) }))
  const names = await page.evaluate(`throughline.action('x', async () => {}).then(async () => {
    const patched = [...collect()].filter(([name, value]) => value !== before.get(name)).length
    await throughline.shutdown()
    return [patched > 20, ...[...collect()].filter(([name, value]) => value !== before.get(name)).map(([name]) => name)]
  })`)
  expect(names).toEqual([true])
})
