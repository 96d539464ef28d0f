import {
  attribute,
  expect,
  isNamed,
  isRequestTo,
  test,
  waitForExtras,
  waitForSdk,
  waitForSpan,
  waitForSpans,
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

test('batches are compressed and stay below their limit of bytes', async ({ page, visit, serve, server }) => {
  await visit(serve('/', `<script>${work(40)}</script>`))
  await page.evaluate('work(0, 40)')
  await waitForSpans(server, isWork, 40)
  expect(server.posts.every(({ encoding }) => encoding === 'gzip')).toBe(true)
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
  await visit(serve('/', `<script>${work(0)}</script>`))
  await page.evaluate(async () => {
    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        window.throughline?.action(`bulk ${n}`, async () =>
          (await fetch(`/api/bulk/${n}?pad=${'x'.repeat(100)}`)).text(),
        ),
      ),
    )
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await waitForSpans(server, isRequestTo('/api/bulk/'), 300, 10_000)
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
