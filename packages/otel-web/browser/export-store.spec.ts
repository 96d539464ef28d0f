import type { Page } from '@playwright/test'
import type { Health } from '../src/tracing.ts'
import { expect, isRequestTo, startedWith, test, waitForExtras, waitForSpans } from './fixtures.ts'

/** Makes `count` requests, each in an action of its own. */
const work = `<script>
  window.work = async (count) => {
    for (let n = 0; n < count; n++) {
      await window.throughline.action('work ' + n, async () => {
        try { const r = await fetch('/api/jobs/' + n); await r.text() } catch {}
      })
    }
  }
</script>`

const isWork = isRequestTo('/api/jobs/')

const health = (page: Page): Promise<Health | undefined> => page.evaluate(() => window.throughline?.health())

/** Ways in which a browser refuses to store: what a page does to its own IndexedDB comes to the same. */
const FAILURES = {
  'whose quota is used up': `
    IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }`,
  'that fails when it commits @long': `
    delete IDBTransaction.prototype.commit
    for (const name of ['add', 'put']) {
      const stock = IDBObjectStore.prototype[name]
      IDBObjectStore.prototype[name] = function (...args) {
        const request = stock.apply(this, args)
        request.addEventListener('success', () => this.transaction.abort())
        return request
      }
    }`,
  'that cannot be opened @long': `
    IDBFactory.prototype.open = () => { throw new DOMException('private', 'SecurityError') }`,
  'that never opens': `
    IDBFactory.prototype.open = () => new EventTarget()`,
  'that the browser closes @long': `
    const stock = IDBFactory.prototype.open
    IDBFactory.prototype.open = function (...args) {
      const request = stock.apply(this, args)
      request.addEventListener('success', () => setTimeout(() => request.result.close()))
      return request
    }`,
}

for (const [failure, script] of Object.entries(FAILURES)) {
  test(`with a store ${failure}, an outage loses nothing`, async ({ page, visit, serve, server, noise }) => {
    await visit(serve('/', work, { head: `<script>{${script}}</script>` }))
    await waitForExtras(page)
    server.collector.drop = true
    for (let block = 0; block < 5; block++) {
      await page.evaluate('work(4)')
      await page.waitForTimeout(1000)
    }
    server.collector.drop = false
    const spans = await waitForSpans(server, isWork, 20, 20_000)
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(20)
    await expect.poll(() => health(page)).toMatchObject({ waiting: 0, dropped: 0 })
    expect(noise).toEqual([])
  })
}

test('a store that works again is used again @long', async ({ page, visit, serve, server }) => {
  const head = `<script>
    const stock = IDBFactory.prototype.open
    IDBFactory.prototype.open = function (...args) {
      const request = stock.apply(this, args)
      request.addEventListener('upgradeneeded', () => window.works || request.transaction.abort())
      return request
    }
  </script>`
  await visit(serve('/', work, { head }))
  await waitForExtras(page)
  server.collector.drop = true
  await page.evaluate('work(4)')
  await expect.poll(async () => (await health(page))?.lastFailure).toBeTruthy()
  await page.evaluate('works = true')
  await expect.poll(async () => (await health(page))?.stored, { timeout: 25_000 }).toBeGreaterThanOrEqual(8)
})

test('a batch that the store has not taken yet goes along when the page goes', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>IDBFactory.prototype.open = () => new EventTarget()</script>`
  const next = serve('/next', '')
  await visit(serve('/', work, { head }))
  await waitForExtras(page)
  server.collector.drop = true
  await page.evaluate('work(4)')
  await expect.poll(() => health(page)).toMatchObject({ waiting: 0, lastFailure: 'Failed to fetch' })
  await page.goto(next)
  server.collector.drop = false
  await waitForSpans(server, isWork, 4)
})

test('a batch that cannot be taken out of the store is not sent again and again', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>IDBObjectStore.prototype.delete = () => { throw new DOMException('', 'UnknownError') }</script>`
  await visit(serve('/', work, { head }))
  await waitForExtras(page)
  server.collector.drop = true
  await page.evaluate('work(4)')
  await expect.poll(async () => (await health(page))?.stored).toBeGreaterThanOrEqual(8)
  server.collector.drop = false
  await waitForSpans(server, isWork, 4)
  await page.evaluate('work(4)')
  await waitForSpans(server, isWork, 8)
  await page.waitForTimeout(500)
  expect(server.posts.length).toBeLessThan(10)
})

test('the store is bounded in bytes, the oldest go first, and they are counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const maxStoredBytes = 60_000
  const script = await startedWith({ maxStoredBytes, batchDelayMillis: 50 })
  await visit(serve('/', work, { script }))
  // Long enough for the store to be there.
  await waitForSpans(server, ({ name }) => name === 'load /')
  await page.waitForTimeout(1000)
  server.collector.drop = true
  await page.evaluate('work(200)')
  await expect.poll(() => health(page), { timeout: 15_000 }).toMatchObject({ stored: 400, waiting: 0 })
  const { dropped = 0, droppedBy } = (await health(page)) ?? {}
  expect(dropped).toBeGreaterThan(100)
  expect(droppedBy).toEqual({ evicted: dropped })
  server.collector.drop = false
  const isOurs = ({ name }: { name: string }) => name.startsWith('work ') || name === 'GET'
  const spans = await waitForSpans(server, isOurs, 400 - dropped, 20_000)
  expect(spans).toHaveLength(400 - dropped)
  expect(spans.some(({ name }) => name === 'work 199')).toBe(true)
  expect(spans.some(({ name }) => name === 'work 0')).toBe(false)
  expect(Buffer.byteLength(JSON.stringify(spans))).toBeLessThan(maxStoredBytes)
})

test('what was stored too long ago is dropped, and counted', async ({ page, visit, serve, server }) => {
  const script = await startedWith({ maxStoredAgeMillis: 50, batchDelayMillis: 50 })
  await visit(serve('/', work, { script }))
  await waitForSpans(server, ({ name }) => name === 'load /')
  await page.waitForTimeout(1000)
  server.collector.drop = true
  await page.evaluate('work(4)')
  await expect.poll(() => health(page)).toMatchObject({ stored: 8, waiting: 0 })
  server.collector.drop = false
  await expect
    .poll(() => health(page), { timeout: 15_000 })
    .toMatchObject({
      dropped: 8,
      droppedBy: { expired: 8 },
    })
  expect(server.spans().filter(isWork)).toEqual([])
})

test('the limits of the store are kept without reading what is in it', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>
    window.reads = 0
    for (const name of ['get', 'getAll']) {
      const stock = IDBObjectStore.prototype[name]
      IDBObjectStore.prototype[name] = function (...args) { window.reads++; return stock.apply(this, args) }
    }
  </script>`
  await visit(serve('/', work, { head }))
  await waitForExtras(page)
  server.collector.drop = true
  await page.evaluate('work(4)')
  await expect.poll(async () => (await health(page))?.stored).toBeGreaterThanOrEqual(8)
  expect(await page.evaluate('reads')).toBe(0)
})

test('without a store, memory is bounded in bytes, and what is too much is counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const script = await startedWith({ maxStoredBytes: 0 })
  await visit(serve('/', '', { script }))
  server.collector.drop = true
  await page.evaluate(async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        window.throughline?.action(`${n} ${'long '.repeat(20_000)}`, async () =>
          (await fetch('/api/x')).text(),
        ),
      ),
    )
  })
  await expect.poll(async () => (await health(page))?.dropped, { timeout: 15_000 }).toBeGreaterThan(9)
  const { dropped, droppedBy } = (await health(page)) ?? {}
  expect(droppedBy).toEqual({ overflow: dropped })
})
