import {
  attribute,
  expect,
  isNamed,
  isRequestTo,
  startedWith,
  test,
  waitForExtras,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'
import { startTestServer } from './test-server.ts'

/** Makes `count` requests in actions, one after the other. */
const work = (count: number) =>
  `window.work = async (from, count) => {
    for (let n = from; n < from + count; n++) {
      await window.throughline.action('work ' + n, async () => {
        try { const r = await fetch('/api/jobs/' + n); await r.text() } catch {}
      })
    }
  }; window.count = ${count}`

const isWork = isRequestTo('/api/jobs/')

/** 300 actions at once, each with a request: some 300 kB. */
const BULK = `window.bulk = () => Promise.all(Array.from({ length: 300 }, (_, n) =>
  window.throughline.action('bulk ' + n, async () =>
    (await fetch('/api/bulk/' + n + '/' + 'x'.repeat(100))).text())))`

const isBulk = isRequestTo('/api/bulk/')

/** As when the tab is left for another. */
const HIDE = `
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))`

test('batches are compressed and stay below their limit of bytes', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${BULK}</script>`))
  await page.evaluate('bulk()')
  await waitForSpans(server, isBulk, 300)
  expect(server.posts.every(({ encoding }) => encoding === 'gzip')).toBe(true)
  const sizes = server.posts.map(({ bodyBytes }) => bodyBytes)
  expect(sizes.filter((bytes) => bytes > 100_000)).not.toEqual([])
  expect(sizes.filter((bytes) => bytes > 256_000)).toEqual([])
})

test('a collector that is down for a while loses nothing, and nothing comes twice', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  await visit(serve('/', `<script>${work(60)}</script>`))
  server.collector.status = 503
  await page.evaluate('work(0, 60)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  server.collector.status = 200
  const spans = await waitForSpans(server, isWork, 60, 20_000)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(60)
  expect(server.spans().filter(({ name }) => name.startsWith('work '))).toHaveLength(60)
  expect(noise).toEqual([])
})

test('Retry-After is obeyed', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  server.collector.status = 429
  server.collector.headers = { 'retry-after': '3' }
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 429')
  const refusedAt = Date.now()
  server.collector.status = 200
  server.collector.headers = {}
  await waitForSpan(server, isWork)
  expect(Date.now() - refusedAt).toBeGreaterThan(2500)
})

test('Retry-After is obeyed even when the network comes back', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  server.collector.status = 503
  server.collector.headers = { 'retry-after': '3' }
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  const refusedAt = Date.now()
  server.collector.status = 200
  server.collector.headers = {}
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await waitForSpan(server, isWork)
  expect(Date.now() - refusedAt).toBeGreaterThan(2500)
})

test('spans that the collector rejects out of a batch are counted as dropped', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<script>${work(3)}</script>`))
  await waitForSpan(server, isNamed('load /'))
  const sent = await page.evaluate(() => window.throughline?.health().sent)
  // 64-bit numbers are strings in OTLP JSON, though not everybody's.
  server.collector.body = '{"partialSuccess": {"rejectedSpans": "2", "errorMessage": "too old"}}'
  await page.evaluate('work(0, 3)')
  await expect
    .poll(() => page.evaluate(() => window.throughline?.health()))
    .toMatchObject({ sent: Number(sent) + 4, dropped: 2, droppedBy: { refused: 2 } })
})

test('what is refused for good is dropped, counted, and told on a later trace', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  await waitForSpan(server, isNamed('load /'))
  server.collector.status = 400
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().dropped)).toBe(2)
  server.collector.status = 200
  await page.evaluate('work(1, 1)')
  const root = await waitForSpan(server, isNamed('work 1'))
  expect(attribute(root, 'throughline.dropped_spans')).toBe(2)
})

test('a visit that was offline to its end arrives with the next', async ({
  page,
  context,
  serve,
  visit,
  server,
  noise,
}) => {
  const url = serve('/', `<script>${work(200)}</script>`)
  await visit(url)
  await waitForSpan(server, isNamed('load /'))
  await waitForExtras(page)
  await context.setOffline(true)
  await page.evaluate('work(0, 200)')
  await expect
    .poll(() => page.evaluate(() => window.throughline?.health()), { timeout: 20_000 })
    .toMatchObject({ stored: 400, waiting: 0 })
  await page.close({ runBeforeUnload: false })
  await context.setOffline(false)
  const next = await context.newPage()
  await next.goto(url)
  await waitForSdk(next)
  const spans = await waitForSpans(server, isWork, 200, 15_000)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(200)
  expect(spans.every((span) => attribute(span, 'error.type') === 'TypeError')).toBe(true)
  expect(noise).toEqual([])
})

test('a page that is closed while it is offline loses nothing of its last second', async ({
  page,
  context,
  serve,
  visit,
  server,
}) => {
  const url = serve('/', `<script>${work(30)}</script>`)
  await visit(url)
  await waitForExtras(page)
  await context.setOffline(true)
  await page.evaluate('work(0, 30)')
  await page.close({ runBeforeUnload: false })
  await context.setOffline(false)
  const next = await context.newPage()
  await next.goto(url)
  await waitForSpans(server, isWork, 30, 15_000)
})

test('stored spans are sent by one of several tabs', async ({ page, context, serve, visit, server }) => {
  const url = serve('/', `<script>${work(20)}</script>`)
  await visit(url)
  await waitForExtras(page)
  server.collector.drop = true
  await page.evaluate('work(0, 20)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().stored)).toBeGreaterThan(20)
  await page.close()
  server.collector.drop = false
  const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto(url)))
  const spans = await waitForSpans(server, isWork, 20, 15_000)
  await tabs[0]?.waitForTimeout(1500)
  expect(server.spans().filter(isWork)).toHaveLength(spans.length)
  expect(spans).toHaveLength(20)
})

test('a request made right before leaving arrives with its action, 20 times of 20', async ({
  page,
  serve,
  server,
}) => {
  serve('/next', '<p>next</p>')
  const url = serve(
    '/',
    `<button>Leave</button><script>
      document.querySelector('button').addEventListener('click', () => { fetch('/api/leave'); location.href = '/next' })
    </script>`,
  )
  for (let round = 0; round < 20; round++) {
    await page.goto(url)
    await waitForSdk(page)
    await page.click('button')
    await page.waitForURL('**/next')
  }
  const requests = await waitForSpans(server, isRequestTo('/api/leave'), 20)
  const actions = await waitForSpans(server, isNamed('click Leave'), 20)
  const ids = new Set(actions.map(({ spanId }) => spanId))
  expect(requests.filter((span) => !ids.has(span.parentSpanId ?? ''))).toEqual([])
})

test('a page that goes while a batch is on its way leaves nothing behind', async ({
  page,
  visit,
  serve,
  server,
}) => {
  serve('/next', '<p>next</p>')
  const url = serve('/', `<script>${work(0)}</script>`)
  for (let round = 0; round < 10; round++) {
    await visit(url)
    await page.evaluate(async (n) => {
      await window.throughline?.action(`going ${n}`, async (action) => {
        await (await fetch(`/api/jobs/${n}`)).text()
        action.end()
      })
      // Some go while the batch is compressed, some while it is sent.
      void window.throughline?.flush()
      setTimeout(() => Object.assign(location, { href: '/next' }), n)
    }, round)
    await page.waitForURL('**/next')
  }
  await waitForSpans(server, isWork, 10)
  await waitForSpans(server, ({ name }) => name.startsWith('going'), 10)
})

test('hiding sends everything, however much there is', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${BULK}</script>`))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300, 10_000)
  const leaving = server.posts.filter(({ encoding }) => encoding === undefined)
  expect(leaving.filter(({ bodyBytes }) => bodyBytes > 30_000)).toEqual([])
})

test('hiding takes along the batch that is just being compressed', async ({ page, visit, serve, server }) => {
  // A tab that is killed while it is hidden gets no further than this one does.
  const head = `<script>
    window.CompressionStream = class {
      readable = new ReadableStream()
      writable = new WritableStream()
    }
  </script>`
  await visit(serve('/', `<script>${work(1)}</script>`, { head }))
  await page.evaluate('work(0, 1).then(() => { void window.throughline.flush() })')
  await page.waitForTimeout(100)
  await page.evaluate(HIDE)
  await waitForSpan(server, isWork)
})

test('what cannot be stored is sent when the page goes, whatever failed before', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const next = serve('/next', '<p>next</p>', { script: ' ' })
  const script = await startedWith({ maxStoredBytes: 0 })
  await visit(serve('/', `<script>${work(5)}</script>`, { script }))
  server.collector.status = 503
  server.collector.headers = { 'retry-after': '60' }
  await page.evaluate('work(0, 5)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  server.collector.status = 200
  await page.goto(next)
  await waitForSpans(server, isWork, 5)
})

/** Counts the beacons; a request stands in for what Chromium's quota hardly ever lets through. */
const BEACONS = `
  window.beacons = 0
  navigator.sendBeacon = (url, body) => {
    window.beacons++
    void fetch(url, { method: 'POST', body })
    return true
  }`

test('what keepalive has no room for goes by beacon', async ({ page, visit, serve, server }) => {
  const head = `<script>${BEACONS}</script>`
  await visit(serve('/', `<script>${BULK}</script>`, { head }))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300, 10_000)
  expect(await page.evaluate('beacons')).toBeGreaterThan(0)
  expect(server.spans().filter(isBulk)).toHaveLength(300)
})

test('headers of the application are on every post, also when the page goes: none is a beacon', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>${BEACONS}</script>`
  const script = await startedWith({ headers: { 'x-api-key': 'k' } })
  await visit(serve('/', `<script>${BULK}</script>`, { head, script }))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300, 10_000)
  expect(await page.evaluate('beacons')).toBe(0)
  expect(server.posts.filter(({ apiKey }) => apiKey !== 'k')).toEqual([])
})

test('an endpoint on another origin gets everything, also when the page goes', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  const collector = await startTestServer()
  try {
    const head = `<script>${BEACONS}</script>`
    const attributes = `data-endpoint="${collector.origin}/v1/traces"`
    await visit(serve('/', `<script>${work(3)};${BULK}</script>`, { head, attributes }))
    await page.evaluate('work(0, 3)')
    await waitForSpans(collector, isWork, 3)
    await page.evaluate(`bulk().then(() => {${HIDE}})`)
    await waitForSpans(collector, isBulk, 300, 10_000)
    // A beacon asks for credentials, which such an answer must allow; whether it did is not told.
    expect(await page.evaluate('beacons')).toBe(0)
    expect(server.spans()).toEqual([])
    expect(noise).toEqual([])
  } finally {
    await collector.close()
  }
})

test('status 410 ends it all, for this page and the next ones', async ({ page, visit, serve, server }) => {
  const url = serve('/', `<script>${work(1)}</script>`)
  await visit(url)
  server.collector.status = 410
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().recording)).toBe(false)
  server.collector.status = 200
  await visit(url)
  expect(await page.evaluate(() => window.throughline?.health().recording)).toBe(false)
})

test('fetch, then away: 100 of 100 arrive, none an orphan @long', async ({ page, serve, server }) => {
  test.setTimeout(240_000)
  serve('/next', '<p>next</p>')
  const url = serve(
    '/',
    `<button>Leave</button><script>
      let n = Number(sessionStorage.n ?? 0)
      document.querySelector('button').addEventListener('click', () => {
        sessionStorage.n = n + 1
        fetch('/api/leave/' + n); location.href = '/next'
      })
    </script>`,
  )
  for (let round = 0; round < 100; round++) {
    await page.goto(url)
    await waitForSdk(page)
    await page.click('button')
    await page.waitForURL('**/next')
  }
  const requests = await waitForSpans(server, isRequestTo('/api/leave/'), 100, 20_000)
  const actions = await waitForSpans(server, isNamed('click Leave'), 100, 20_000)
  const ids = new Set(actions.map(({ spanId }) => spanId))
  expect(new Set(requests.map((span) => attribute(span, 'url.full'))).size).toBe(100)
  expect(requests.filter((span) => !ids.has(span.parentSpanId ?? ''))).toEqual([])
})

test('a collector down for 30 s while somebody works: all 200 requests arrive @long', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  test.setTimeout(180_000)
  await visit(serve('/', `<script>${work(200)}</script>`))
  server.collector.drop = true
  for (let block = 0; block < 10; block++) {
    await page.evaluate(`work(${block * 20}, 20)`)
    await page.waitForTimeout(3000)
  }
  server.collector.drop = false
  const spans = await waitForSpans(server, isWork, 200, 40_000)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(200)
  expect(spans).toHaveLength(200)
  expect(noise).toEqual([])
})
