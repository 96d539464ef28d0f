import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { Frame } from '@playwright/test'
import type { ReceivedSpan } from '@throughline/otel-testing'
import {
  attribute,
  expect,
  holdScript,
  isNamed,
  isRequestTo,
  test,
  waitForRequest,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

const sizeBytes = (file: string) =>
  brotliCompressSync(readFileSync(join(import.meta.dirname, '../../dist', file))).length

test('the loader has at most 1,500 bytes, the SDK at most 26,500, the extras at most 12,500', () => {
  expect(sizeBytes('throughline.js')).toBeLessThanOrEqual(1500)
  expect(sizeBytes('throughline-sdk.js')).toBeLessThanOrEqual(26_500)
  expect(sizeBytes('throughline-react.js')).toBeLessThanOrEqual(2180)
  expect(sizeBytes('throughline-extras.js')).toBeLessThanOrEqual(12_500)
})

test('requests before the SDK has loaded have trace headers and are children of the page load', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(
    serve(
      '/',
      `<script>
        fetch('/api/first').then((r) => r.json())
        const xhr = new XMLHttpRequest(); xhr.open('GET', '/api/xhr'); xhr.send()
      </script>`,
    ),
  )
  const load = await waitForSpan(server, isNamed('load /'))
  for (const path of ['/api/first', '/api/xhr']) {
    const span = await waitForSpan(server, isRequestTo(path))
    const seen = server.requests.find((request) => request.path === path)
    expect(seen?.traceparent).toBe(`00-${load.traceId}-${span.spanId}-01`)
    expect(span).toMatchObject({ traceId: load.traceId, parentSpanId: load.spanId })
    expect(attribute(span, 'http.response.status_code')).toBe(200)
  }
  expect(noise).toEqual([])
})

test('the early handle can be awaited and returned from a promise', async ({ page, serve }) => {
  await page.goto(
    serve(
      '/',
      `<script>
        const early = throughline
        const boot = async () => early
        boot().then(() => { document.title = 'booted' })
        addEventListener('load', () => setTimeout(async () => { await early; document.title += ' twice' }, 1000))
      </script>`,
    ),
  )
  await expect(page).toHaveTitle('booted twice')
})

test('an early click is the root of the request made while it was dispatched, not of a later one', async ({
  page,
  serve,
  server,
}) => {
  const release = await holdScript(page, 'sdk')
  await page.goto(
    serve(
      '/',
      `<button>Early</button><script>
        document.querySelector('button').addEventListener('click', async () => {
          await (await fetch('/api/one')).json()
          await (await fetch('/api/two')).json()
        })
        document.querySelector('button').click()
      </script>`,
    ),
    { waitUntil: 'commit' },
  )
  await waitForRequest(server, '/api/two')
  release()
  const click = await waitForSpan(server, isNamed('click Early'))
  const load = await waitForSpan(server, isNamed('load /'))
  expect(await waitForSpan(server, isRequestTo('/api/one'))).toMatchObject({ parentSpanId: click.spanId })
  expect(await waitForSpan(server, isRequestTo('/api/two'))).toMatchObject({ parentSpanId: load.spanId })
  for (const path of ['/api/one', '/api/two']) {
    const [span] = await waitForSpans(server, isRequestTo(path))
    expect(server.requests.find((request) => request.path === path)?.traceparent).toContain(
      `${span?.traceId}-${span?.spanId}`,
    )
  }
})

test('an early click on the button of a form names the request made while the form was submitted', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve(
      '/',
      `<main tabindex="-1">Checkout <form><button><b>Buy</b></button></form></main><script>
        addEventListener('submit', (event) => { event.preventDefault(); fetch('/api/orders') })
        document.querySelector('b').click()
      </script>`,
    ),
  )
  const order = await waitForSpan(server, isRequestTo('/api/orders'))
  expect(await waitForSpan(server, isNamed('click Buy'))).toMatchObject({ spanId: order.parentSpanId })
})

test('an early request ends with its last byte, not when the SDK loads', async ({ page, serve, server }) => {
  const release = await holdScript(page, 'sdk')
  await page.goto(
    serve(
      '/',
      `<script>
        for (const n of [1, 2, 3]) fetch('/api/quick/' + n).then((answer) => answer.json())
        fetch('/api/unread').then(() => { const start = performance.now(); while (performance.now() - start < 1500); })
      </script>`,
    ),
    { waitUntil: 'commit' },
  )
  const arrivals = async () => {
    const timings = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(
          ({ name, startTime, duration }) => [name, performance.timeOrigin + startTime + duration] as const,
        ),
    )
    return timings.filter(([url]) => url.includes('/api/'))
  }
  await expect.poll(arrivals).toHaveLength(4)
  const arrivedMillis = new Map<unknown, number>(await arrivals())
  release()
  for (const span of await waitForSpans(server, isRequestTo('/api/'), 4)) {
    const endMillis = Number(BigInt(span.endTimeUnixNano) / 1_000_000n)
    const arrived = arrivedMillis.get(attribute(span, 'url.full')) ?? 0
    expect(Math.abs(endMillis - arrived)).toBeLessThan(100)
  }
})

test('proxies of a page around the patches of the loader, and its replacement of XMLHttpRequest, are kept', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(
    serve(
      '/',
      `<button onclick="fetch('/api/later')">Later</button><script>
        window.fetch = new Proxy(window.fetch, {
          apply(target, self, [input, init]) {
            const request = new Request(input, init)
            request.headers.set('x-csrf', '1')
            return Reflect.apply(target, self, [request])
          },
        })
        const Native = XMLHttpRequest
        window.XMLHttpRequest = function () { return { xhr: new Native() } }
        fetch('/api/early')
      </script>`,
    ),
  )
  await waitForSdk(page)
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Later'))
  for (const path of ['/api/early', '/api/later']) {
    const span = await waitForSpan(server, isRequestTo(path))
    expect(server.requests.find((request) => request.path === path)?.headers).toMatchObject({
      'x-csrf': '1',
      traceparent: `00-${span.traceId}-${span.spanId}-01`,
    })
    if (path === '/api/later') expect(span.parentSpanId).toBe(click.spanId)
  }
  expect(noise).toEqual([])
})

test('an SDK that loads after half a minute makes one trace of the earlier work', async ({
  page,
  serve,
  server,
}) => {
  const release = await holdScript(page, 'sdk')
  await page.goto(
    serve(
      '/',
      `<button onclick="fetch('/api/click')">Buy</button><script>
        fetch('/api/early')
        document.querySelector('button').click()
        const now = performance.now.bind(performance)
        window.aheadMillis = 0
        performance.now = () => now() + aheadMillis
      </script>`,
    ),
    { waitUntil: 'commit' },
  )
  await waitForRequest(server, '/api/early')
  await waitForRequest(server, '/api/click')
  await page.evaluate('aheadMillis = 40_000')
  release()
  const load = await waitForSpan(server, isNamed('load /'))
  expect(attribute(load, 'throughline.action.end_reason')).toBe('done')
  for (const [path, parent] of [
    ['/api/early', load],
    ['/api/click', await waitForSpan(server, isNamed('click Buy'))],
  ] as const) {
    const span = await waitForSpan(server, isRequestTo(path))
    expect(span).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId })
    expect(server.requests.find((request) => request.path === path)?.traceparent).toBe(
      `00-${span.traceId}-${span.spanId}-01`,
    )
  }
})

test('requests of a sandboxed frame, which has an opaque origin, are sent unchanged', async ({
  page,
  serve,
  server,
}) => {
  serve('/widget', `<script>fetch('/api/widget').catch(() => {})</script>`, {
    // A busy machine may have no idle time for a frame.
    head: '<script>window.requestIdleCallback = (callback) => setTimeout(callback)</script>',
  })
  await page.goto(serve('/', '<iframe sandbox="allow-scripts" src="/widget"></iframe>'))
  await waitForSdk(page)
  const frame = page.frames().find((candidate) => candidate.url().endsWith('/widget')) as Frame
  await waitForSdk(frame)
  await frame.evaluate(() => fetch('/api/later').catch(() => {}))
  for (const path of ['/api/widget', '/api/later']) {
    expect((await waitForRequest(server, path)).traceparent).toBeUndefined()
  }
  expect(server.requests.filter(({ path }) => path.includes('null'))).toEqual([])
})

test('calls of the early handle take effect later, and references to it remain valid', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve(
      '/',
      `<script>
        window.traceNames = []
        window.early = window.throughline
        window.throughline.onTrace(({ name }) => window.traceNames.push(name))
        window.value = window.throughline.action('early', (action) => { action.hold()(); return 7 })
        window.flushed = window.throughline.flush()
      </script>`,
    ),
  )
  await waitForSdk(page)
  const seen = await page.evaluate(async () => {
    const { early, value, flushed } = window as unknown as {
      early: typeof window.throughline
      value: number
      flushed: Promise<void>
    }
    await flushed
    await early?.action('later', () => fetch('/api/later'))
    return { value }
  })
  expect(seen.value).toBe(7)
  const later = await waitForSpan(server, isNamed('later'))
  expect((await waitForSpan(server, isRequestTo('/api/later'))).parentSpanId).toBe(later.spanId)
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { traceNames: string[] }).traceNames))
    .toContain('later')
})

test('behind a gateway that samples everything, sessions are sampled by their own ratio', async ({
  page,
  serve,
  server,
}) => {
  const traceId = 'aaaabbbbccccddddaaaabbbbccccdddd'
  const timing = `traceparent;desc="00-${traceId}-1111222233334444-01", edge;desc="${Date.now()}";dur=2`
  await page.goto(
    serve(
      '/',
      `<button>Early</button><script>
        fetch('/api/load')
        document.querySelector('button').addEventListener('click', () => fetch('/api/click'))
        document.querySelector('button').click()
      </script>`,
      { attributes: 'data-sample-ratio="0"', headers: { 'server-timing': timing } },
    ),
  )
  await waitForSdk(page)
  await page.evaluate(async () =>
    window.throughline?.action('later', async () => void (await fetch('/api/later'))),
  )
  // The page load follows the sampling of the HTML's trace, and user actions that of the session.
  for (const [path, flags] of [
    ['/api/load', '01'],
    ['/api/click', '00'],
    ['/api/later', '00'],
  ] as const) {
    expect((await waitForRequest(server, path)).traceparent?.slice(-2), path).toBe(flags)
  }
  expect(await page.evaluate(() => window.throughline?.health().sampled)).toBe(false)
  expect(await waitForSpan(server, isNamed('load /'))).toMatchObject({ traceId })
  expect(server.spans().filter(isNamed('click Early'))).toEqual([])
})

for (const [ratio, flags] of [
  ['', '01'],
  ['much', '01'],
  ['0,1', '01'],
  ['0', '00'],
  ['0.0', '00'],
] as const) {
  test(`data-sample-ratio="${ratio}" means the same to the loader and to the SDK`, async ({
    page,
    serve,
    server,
  }) => {
    const attributes = `data-sample-ratio="${ratio}"`
    await page.goto(serve('/', `<script>fetch('/api/early')</script>`, { attributes }))
    await waitForSdk(page)
    await page.evaluate(() => fetch('/api/later'))
    const flagsOf = (path: string) =>
      server.requests.find((request) => request.path === path)?.traceparent?.slice(-2)
    expect(flagsOf('/api/early')).toMatch(flags)
    expect(flagsOf('/api/later')).toBe(flagsOf('/api/early'))
  })
}

test('the sampling decision of an expired session is not used for the next one', async ({
  page,
  serve,
  server,
}) => {
  await page.addInitScript(() => localStorage.setItem('throughline', `12.${'a'.repeat(32)}.1000.1000`))
  await page.goto(serve('/', `<script>fetch('/api/early')</script>`, { attributes: 'data-sample-ratio="0"' }))
  await waitForSdk(page)
  expect(await page.evaluate(() => window.throughline?.health().sampled)).toBe(false)
  // The loader did not know the decision, so requests with its flags are recorded as these flags say.
  const early = await waitForSpan(server, isRequestTo('/api/early'))
  expect(server.requests.find(({ path }) => path === '/api/early')?.traceparent).toBe(
    `00-${early.traceId}-${early.spanId}-01`,
  )
})

test('after status 410 the next page sends no trace headers at all', async ({
  page,
  visit,
  serve,
  server,
}) => {
  server.answerExports({ status: 410 })
  await visit(serve('/', ''))
  await expect.poll(() => page.evaluate(() => window.throughline?.health().recording)).toBe(false)
  await visit(serve('/next', `<script>fetch('/api/next')</script>`))
  expect((await waitForRequest(server, '/api/next')).traceparent).toBeUndefined()
  // After an hour the SDK of the first page starts to record again, and the loader of the next page reads that.
  server.answerExports()
  await page.evaluate(() => localStorage.setItem('throughline.off', '1'))
  await visit(serve('/hour', ''))
  await visit(serve('/on', `<script>fetch('/api/on')</script>`))
  expect((await waitForRequest(server, '/api/on')).traceparent).toBeTruthy()
})

for (const [fault, script, cause] of [
  ['without a service name', '<script src="/throughline.js"></script>', 'no data-service-name'],
  [
    'with an expression that is none',
    '<script src="/throughline.js" data-service-name="shop" data-no-propagate="["></script>',
    'Invalid regular expression',
  ],
] as const) {
  test(`a tag ${fault} starts nothing, causes a warning, and removes the patches of the loader`, async ({
    page,
    serve,
    server,
    noise,
  }) => {
    await page.goto(serve('/', '', { script }))
    const sent = async () => {
      await page.evaluate(async () => {
        await (await fetch('/api/after')).text()
        const xhr = new XMLHttpRequest()
        xhr.open('GET', '/api/after', false)
        xhr.send()
      })
      return server.requests.slice(-2).map(({ traceparent }) => traceparent)
    }
    await expect.poll(sent).toEqual([undefined, undefined])
    // With an invalid expression the loader sends no headers either, so the SDK may still be on its way.
    await expect.poll(() => noise).toHaveLength(1)
    expect(noise[0]).toMatch(/^throughline cannot start: /)
    expect(noise[0]).toContain(cause)
  })
}

test('a host name that contains .js and -sdk does not change the URLs of the scripts', async ({
  page,
  serve,
  server,
}) => {
  const cdn = server.origin.replace('localhost', 'my-sdk.jsdelivr.localhost')
  await page.goto(
    serve('/', '', { script: `<script src="${cdn}/throughline.js?v=1" data-service-name="shop"></script>` }),
  )
  await waitForSdk(page)
  await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/throughline-extras.js?v=1')
  expect(server.requests.map(({ path }) => path)).toContain('/throughline-sdk.js?v=1')
})

const hashOf = (file: string) =>
  `sha384-${createHash('sha384')
    .update(readFileSync(join(import.meta.dirname, '../../dist', file)))
    .digest('base64')}`

test('all three scripts load from another origin with SRI hashes', async ({ page, serve, server, noise }) => {
  const cdn = server.origin.replace('localhost', 'cdn.localhost')
  const tag = (sdkHash: string) => `<script src="${cdn}/throughline.js" crossorigin
    integrity="${hashOf('throughline.js')}" data-sdk-integrity="${sdkHash}"
    data-extras-integrity="${hashOf('throughline-extras.js')}" data-service-name="shop"></script>`
  await page.goto(serve('/', '', { script: tag(hashOf('throughline-sdk.js')) }))
  await waitForSdk(page)
  const session = () => page.evaluate(() => document.querySelectorAll('script[src*="extras"]').length)
  await expect.poll(session).toBe(1)
  await page.waitForFunction(() =>
    performance
      .getEntriesByType('resource')
      .some(({ name }) => name.startsWith('http://cdn.') && name.includes('extras')),
  )
  expect(
    await page.evaluate(() =>
      [...document.scripts].map((script) => [script.crossOrigin, script.integrity.length]),
    ),
  ).toEqual([
    ['anonymous', 71],
    ['anonymous', 71],
    ['anonymous', 71],
  ])
  expect(noise).toEqual([])

  // With a wrong hash the browser refuses the file, and the page works without it.
  await page.goto(serve('/forged', '', { script: tag(hashOf('throughline.js')) }))
  await expect.poll(() => noise.filter((line) => line.includes('integrity')).length).toBe(1)
  expect(await page.evaluate(async () => (await fetch('/api/x')).status)).toBe(200)
  expect(noise.filter((line) => line.startsWith('uncaught'))).toEqual([])
})

test('the page works when the SDK is blocked', async ({ page, serve, noise }) => {
  await page.route('**/throughline-sdk.js', (route) => route.abort())
  await page.goto(serve('/', ''))
  const answer = await page.evaluate(async () => {
    const response = await fetch('/api/x', { method: 'POST', body: new FormData() })
    return ((await response.json()) as { ok: boolean }).ok
  })
  expect(answer).toBe(true)
  expect(noise).toEqual([])
})

test('the loader keeps no data when the SDK is blocked', async ({ page, serve }) => {
  await page.route('**/throughline-sdk.js', (route) => route.abort())
  await page.goto(
    serve(
      '/',
      `<button>More</button><script>
        for (let n = 0; n < 20; n++) { fetch('/api/x'); document.querySelector('button').click() }
        throughline.onTrace(() => {})
      </script>`,
    ),
  )
  const kept = () =>
    page.evaluate(
      () =>
        Object.values(window.throughline ?? {})
          .filter(Array.isArray)
          .flat()
          .filter((entry) => typeof entry === 'object' && !String(entry).endsWith('.js')).length,
    )
  await expect.poll(kept).toBe(0)
  await page.evaluate(async () => {
    for (let n = 0; n < 20; n++) document.querySelector('button')?.click()
    await window.throughline?.flush()
    window.throughline?.onTrace(() => {})()
    await fetch('/api/x')
  })
  expect(await kept()).toBe(0)
})

test('the page works when all scripts of the SDK are blocked', async ({ page, serve, noise }) => {
  await page.route('**/throughline*.js', (route) => route.abort())
  await page.route('**/v1/traces', (route) => route.abort())
  await page.goto(serve('/', ''))
  expect(await page.evaluate(async () => (await fetch('/api/x')).status)).toBe(200)
  expect(noise).toEqual([])
})

for (const [signal, property, value] of [
  ['Global Privacy Control', 'globalPrivacyControl', true],
  ['Do-Not-Track', 'doNotTrack', '1'],
] as const) {
  test(`${signal} switches tracing off`, async ({ page, serve, server }) => {
    await page.addInitScript((own) => Object.defineProperty(navigator, own.property, { value: own.value }), {
      property,
      value,
    })
    await page.goto(serve('/', ''))
    await page.evaluate(() => fetch('/api/x'))
    expect(server.requests.find(({ path }) => path === '/api/x')?.traceparent).toBeUndefined()
    expect(await page.evaluate(() => window.throughline)).toBeUndefined()
    expect(server.requests.map(({ path }) => path)).not.toContain('/throughline-sdk.js')
  })
}

test('a page load continues the trace of its HTML', async ({ page, serve, server }) => {
  const traceId = 'aaaabbbbccccddddaaaabbbbccccdddd'
  const timing = `traceparent;desc="00-${traceId}-1111222233334444-01", trace;desc="00-${traceId}-1111222233334444-01", edge;desc="${Date.now()}";dur=2`
  await page.goto(serve('/', `<script>fetch('/api/x')</script>`, { headers: { 'server-timing': timing } }))
  const load = await waitForSpan(server, isNamed('load /'))
  expect(load).toMatchObject({ traceId, parentSpanId: '1111222233334444' })
  expect(await waitForSpan(server, isRequestTo('/api/x'))).toMatchObject({
    traceId,
    parentSpanId: load.spanId,
  })
})

test('a stale or cached page continues no trace', async ({ page, serve, server }) => {
  const traceId = 'aaaabbbbccccddddaaaabbbbccccdddd'
  const timing = (sentMillis: number) =>
    `traceparent;desc="00-${traceId}-1111222233334444-01", edge;desc="${sentMillis}";dur=2`
  await page.goto(serve('/stale', '', { headers: { 'server-timing': timing(Date.now() - 180_000) } }))
  expect((await waitForSpan(server, isNamed('load /stale'))).traceId).not.toBe(traceId)

  const cached = serve('/cached', '', {
    headers: { 'server-timing': timing(Date.now()), 'cache-control': 'max-age=100' },
  })
  serve('/other', '<a href="/cached">back</a>')
  await page.goto(cached)
  const first = await waitForSpan(server, isNamed('load /cached'))
  expect(first.traceId).toBe(traceId)
  await page.goto(`${server.origin}/other`)
  await page.click('text=back')
  // The first page sends its span again if it is left before the response to its export arrives.
  const isSecond = (span: ReceivedSpan) => isNamed('load /cached')(span) && span.spanId !== first.spanId
  expect((await waitForSpan(server, isSecond)).traceId).not.toBe(traceId)
})
