import { type PageServer, startPageServer } from '@throughline/otel-testing/playwright'
import {
  attribute,
  EXPORT_BY_FLUSH,
  expect,
  isNamed,
  isRequestTo,
  SCRIPTS,
  startedWith,
  test,
  waitForExtras,
  waitForSdk,
  waitForSpan,
  waitForSpans,
  watchActions,
} from './fixtures.ts'

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

const isWorkAction = ({ name }: { readonly name: string }) => name.startsWith('work ')

/** The number of spans in memory, and the mark that is set while the store may have spans. */
const READ_UNSENT = "[window.throughline.health().waiting, localStorage.getItem('throughline.stored')]"

/** Runs 300 concurrent actions with a request each, about 300 kB of spans. */
const BULK = `window.bulk = () => Promise.all(Array.from({ length: 300 }, (_, n) =>
  window.throughline.action('bulk ' + n, async () =>
    (await fetch('/api/bulk/' + n + '/' + 'x'.repeat(100))).text())))`

const isBulk = isRequestTo('/api/bulk/')

/** Hides the page, as a change to another tab does. */
const HIDE = `
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' })
  document.dispatchEvent(new Event('visibilitychange'))`

test('batches are compressed and smaller than their limit', async ({ page, visit, serve, server }) => {
  const script = await startedWith(EXPORT_BY_FLUSH)
  await visit(serve('/', `<script>${BULK}</script>`, { script }))
  const ended = await watchActions(page, 'bulk ', 300)
  await page.evaluate('bulk()')
  await ended()
  await page.evaluate('throughline.flush()')
  await waitForSpans(server, isBulk, 300)
  expect(server.exports.every(({ headers }) => headers['content-encoding'] === 'gzip')).toBe(true)
  const sizes = server.exports.map(({ body }) => body.length)
  expect(sizes.filter((bytes) => bytes > 100_000)).not.toEqual([])
  expect(sizes.filter((bytes) => bytes > 256_000)).toEqual([])
})

test('each span is delivered once after an outage of the collector', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  await visit(serve('/', `<script>${work(60)}</script>`))
  server.answerExports({ status: 503 })
  await page.evaluate('work(0, 60)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  server.answerExports()
  // An action ends after its request and can be in a later batch.
  await waitForSpans(server, isWork, 60)
  await waitForSpans(server, isWorkAction, 60)
  await expect.poll(() => page.evaluate(READ_UNSENT)).toEqual([0, null])
  const ids = server.spans().map(({ spanId }) => spanId)
  expect(server.spans().filter(isWorkAction)).toHaveLength(60)
  expect(new Set(ids).size).toBe(ids.length)
  expect(noise).toEqual([])
})

/** The time from the refused export to the next one. */
function millisAfterRefusal({ attempts, exports }: PageServer): number {
  const refusedIndex = attempts.findIndex((attempt) => !exports.includes(attempt))
  const [refused, next] = attempts.slice(refusedIndex, refusedIndex + 2)
  return (next?.receivedMillis ?? 0) - (refused?.receivedMillis ?? 0)
}

test('Retry-After is obeyed', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  server.answerExports({ status: 429, headers: { 'retry-after': '3' } })
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 429')
  server.answerExports()
  await waitForSpan(server, isWork)
  expect(millisAfterRefusal(server)).toBeGreaterThan(2_900)
})

test('Retry-After is obeyed even when the network returns', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  server.answerExports({ status: 503, headers: { 'retry-after': '3' } })
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  server.answerExports()
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await waitForSpan(server, isWork)
  expect(millisAfterRefusal(server)).toBeGreaterThan(2_900)
})

test('spans of a batch that the collector rejects are counted as dropped', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<script>${work(3)}</script>`))
  await waitForSpan(server, isNamed('load /'))
  // 64-bit numbers are strings in OTLP JSON, but some senders write numbers. The spans can be sent in several batches.
  const body = '{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "too old"}}'
  server.answerExports({ body, times: 1 })
  await page.evaluate('work(0, 3)')
  await waitForSpans(server, ({ name }) => name.startsWith('work '), 3)
  const readHealth = async () => {
    const health = await page.evaluate(() => window.throughline?.health())
    return { ...health, accepted: server.spans().length - (health?.sent ?? 0) }
  }
  await expect.poll(readHealth).toMatchObject({ accepted: 1, dropped: 1, droppedBy: { refused: 1 } })
})

test('spans that the collector refuses are dropped, and counted on a later trace', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<script>${work(1)}</script>`))
  await waitForSpan(server, isNamed('load /'))
  server.answerExports({ status: 400 })
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().dropped)).toBe(2)
  // The root of these reports the first ones, and is refused as well.
  await page.evaluate('work(1, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().dropped)).toBe(4)
  server.answerExports()
  await page.evaluate('work(2, 1)')
  const root = await waitForSpan(server, isNamed('work 2'))
  expect(attribute(root, 'throughline.dropped_spans')).toBe(4)
})

test('the spans of an offline visit are sent in the next visit', async ({
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
    .poll(() => page.evaluate(() => window.throughline?.health()))
    .toMatchObject({ stored: 400, waiting: 0 })
  await page.close({ runBeforeUnload: false })
  await context.setOffline(false)
  const next = await context.newPage()
  await next.goto(url)
  await waitForSdk(next)
  const spans = await waitForSpans(server, isWork, 200)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(200)
  expect(spans.every((span) => attribute(span, 'error.type') === 'TypeError')).toBe(true)
  expect(noise).toEqual([])
})

test('the spans of the last second are stored when a page is closed offline', async ({
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
  await waitForSpans(server, isWork, 30)
})

test('stored spans are sent by one of several tabs', async ({ page, context, serve, visit, server }) => {
  const url = serve('/', `<script>${work(20)}</script>`)
  await visit(url)
  await waitForExtras(page)
  // No attempt is under way when the page is closed. The collector could not tell it from one of the next tabs.
  server.answerExports({ status: 503, headers: { 'retry-after': '600' } })
  const ended = await watchActions(page, 'work ', 20)
  await page.evaluate('work(0, 20)')
  await ended()
  await expect
    .poll(() => page.evaluate(() => window.throughline?.flush().then(() => window.throughline?.health())))
    .toMatchObject({ waiting: 0, lastFailure: 'status 503' })
  await page.close()
  server.answerExports()
  const tabs = await Promise.all([1, 2, 3].map(() => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto(url)))
  await waitForSpans(server, isWork, 20)
  for (const tab of tabs) {
    await waitForExtras(tab)
    // The lock is held while stored batches are sent.
    await tab.evaluate("navigator.locks.request('throughline-store', () => {})")
  }
  expect(await tabs[0]?.evaluate(READ_UNSENT)).toEqual([0, null])
  expect(server.spans().filter(isWork)).toHaveLength(20)
})

test('a request right before the page is unloaded is exported with its action, 20 times of 20', async ({
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

test('no span is lost if a page is unloaded while a batch is in flight', async ({
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
      // Some pages are unloaded while the batch is compressed, others while it is sent.
      void window.throughline?.flush()
      setTimeout(() => Object.assign(location, { href: '/next' }), n)
    }, round)
    await page.waitForURL('**/next')
  }
  for (let round = 0; round < 10; round++) {
    await waitForSpan(server, isRequestTo(`/api/jobs/${round}`))
    await waitForSpan(server, isNamed(`going ${round}`))
  }
})

test('all spans are sent when the page is hidden', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${BULK}</script>`))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300)
  const leaving = server.exports.filter(({ headers }) => headers['content-encoding'] === undefined)
  expect(leaving.filter(({ body }) => body.length > 30_000)).toEqual([])
})

test('a batch that is being compressed is sent when the page is hidden', async ({
  page,
  visit,
  serve,
  server,
}) => {
  // A hidden tab that is killed has the same state as this one.
  const head = `<script>
    window.CompressionStream = class {
      constructor() { window.compressing = true }
      readable = new ReadableStream()
      writable = new WritableStream()
    }
  </script>`
  const script = await startedWith(EXPORT_BY_FLUSH)
  await visit(serve('/', `<script>${work(1)}</script>`, { head, script }))
  await page.evaluate('work(0, 1).then(() => { void window.throughline.flush() })')
  await page.waitForFunction('window.compressing')
  await page.evaluate(HIDE)
  await waitForSpan(server, isWork)
})

test('spans that cannot be stored are sent when the page is unloaded, after any failure', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const next = serve('/next', '<p>next</p>', { script: ' ' })
  const script = await startedWith({ maxStoredBytes: 0 })
  await visit(serve('/', `<script>${work(5)}</script>`, { script }))
  server.answerExports({ status: 503, headers: { 'retry-after': '60' } })
  await page.evaluate('work(0, 5)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().lastFailure)).toBe('status 503')
  server.answerExports()
  await page.goto(next)
  await waitForSpans(server, isWork, 5)
})

/** Counts the beacons. They are sent as requests, because Chromium's quota rejects most of them. */
const BEACONS = `
  window.beacons = 0
  navigator.sendBeacon = (url, body) => {
    window.beacons++
    void fetch(url, { method: 'POST', body })
    return true
  }`

test('spans that exceed the keepalive quota are sent by a beacon', async ({ page, visit, serve, server }) => {
  const head = `<script>${BEACONS}</script>`
  const script = await startedWith(EXPORT_BY_FLUSH)
  await visit(serve('/', `<script>${BULK}</script>`, { head, script }))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300)
  expect(await page.evaluate('beacons')).toBeGreaterThan(0)
  expect(server.spans().filter(isBulk)).toHaveLength(300)
})

test('every export has the headers of the app, also when the page is unloaded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>${BEACONS}</script>`
  const script = await startedWith({ headers: { 'x-api-key': 'k' } })
  await visit(serve('/', `<script>${BULK}</script>`, { head, script }))
  await page.evaluate(`bulk().then(() => {${HIDE}})`)
  await waitForSpans(server, isBulk, 300)
  expect(await page.evaluate('beacons')).toBe(0)
  expect(server.exports.filter(({ headers }) => headers['x-api-key'] !== 'k')).toEqual([])
})

test('an endpoint on another origin gets every span, also when the page is unloaded', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  const collector = await startPageServer(SCRIPTS)
  try {
    const head = `<script>${BEACONS}</script>`
    const attributes = `data-endpoint="${collector.origin}/v1/traces"`
    await visit(serve('/', `<script>${work(3)};${BULK}</script>`, { head, attributes }))
    await page.evaluate('work(0, 3)')
    await waitForSpans(collector, isWork, 3)
    await page.evaluate(`bulk().then(() => {${HIDE}})`)
    await waitForSpans(collector, isBulk, 300)
    // A beacon has credentials, which the response must allow. The page cannot read the result.
    expect(await page.evaluate('beacons')).toBe(0)
    expect(server.spans()).toEqual([])
    expect(noise).toEqual([])
  } finally {
    await collector.close()
  }
})

test('status 410 ends all exports of this page and of the next ones', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve('/', `<script>${work(1)}</script>`)
  await visit(url)
  server.answerExports({ status: 410 })
  await page.evaluate('work(0, 1)')
  await expect.poll(() => page.evaluate(() => window.throughline?.health().recording)).toBe(false)
  server.answerExports()
  await visit(url)
  expect(await page.evaluate(() => window.throughline?.health().recording)).toBe(false)
})

test('100 of 100 requests right before the page is unloaded are exported with their parents @long', async ({
  page,
  serve,
  server,
}) => {
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
  const requests = await waitForSpans(server, isRequestTo('/api/leave/'), 100)
  const actions = await waitForSpans(server, isNamed('click Leave'), 100)
  const ids = new Set(actions.map(({ spanId }) => spanId))
  expect(new Set(requests.map((span) => attribute(span, 'url.full'))).size).toBe(100)
  expect(requests.filter((span) => !ids.has(span.parentSpanId ?? ''))).toEqual([])
})

test('all 200 requests arrive although the collector is down for eight attempts @long', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  test.setTimeout(180_000)
  await visit(serve('/', `<script>${work(200)}</script>`))
  server.answerExports({ cutAfterMillis: 0 })
  for (let block = 0; block < 8; block++) {
    const { length } = server.attempts
    await page.evaluate(`work(${block * 25}, 25)`)
    await server.attemptAfter(length, 30_000)
  }
  server.answerExports()
  const spans = await waitForSpans(server, isWork, 200, 40_000)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(200)
  expect(spans).toHaveLength(200)
  expect(noise).toEqual([])
})

for (const status of [301, 302, 303, 307, 308]) {
  test(`spans that a collector refuses with ${status} are counted and not sent again`, async ({
    page,
    serve,
    server,
  }) => {
    const other = await startPageServer(SCRIPTS)
    try {
      server.answerExports({ status, headers: { location: `${other.origin}/v1/traces` } })
      const script = await startedWith({ headers: { 'x-api-key': 'secret' } })
      await page.goto(serve('/', '', { script }))
      await page.evaluate(() => window.throughline?.action('redirected', () => {}))
      await expect
        .poll(() => page.evaluate(() => window.throughline?.health()))
        .toMatchObject({ droppedBy: { refused: 2 }, sent: 0, lastFailure: 'redirect' })
      expect(other.exports).toEqual([])
      expect(other.requests).toEqual([])
    } finally {
      await other.close()
    }
  })
}

test('a response in HTML, as from an unknown path of a site, is a refusal', async ({
  page,
  serve,
  server,
}) => {
  server.answerExports({ body: '<!doctype html><title>Not here</title>' })
  await page.goto(serve('/', '', { script: await startedWith({}) }))
  await expect
    .poll(() => page.evaluate(() => window.throughline?.health()))
    .toMatchObject({ droppedBy: { refused: 1 }, sent: 0, lastFailure: 'HTML' })
})
