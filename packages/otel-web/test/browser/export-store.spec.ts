import type { Page } from '@playwright/test'
import type { Health } from '../../src/tracing.ts'
import {
  EXPORT_BY_FLUSH,
  expect,
  isNamed,
  isRequestTo,
  startedWith,
  test,
  waitForExtras,
  waitForSpan,
  waitForSpans,
  watchActions,
} from './fixtures.ts'

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

/** Makes `count` requests, and waits until their actions have ended. */
async function workToEnd(page: Page, count: number): Promise<void> {
  const ended = await watchActions(page, 'work ', count)
  await page.evaluate(`work(${count})`)
  await ended()
}

const isWork = isRequestTo('/api/jobs/')

const health = (page: Page): Promise<Health | undefined> => page.evaluate(() => window.throughline?.health())

/** Ways in which IndexedDB can fail, simulated by the page. */
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
  test(`an outage loses no span with a store ${failure}`, async ({ page, visit, serve, server, noise }) => {
    await visit(serve('/', work, { head: `<script>{${script}}</script>` }))
    await waitForExtras(page)
    server.answerExports({ cutAfterMillis: 0 })
    for (let block = 0; block < 5; block++) {
      await page.evaluate('work(4)')
      // Resolves when the attempt to send or to store has failed.
      await page.evaluate('throughline.flush()')
    }
    server.answerExports()
    const spans = await waitForSpans(server, isWork, 20)
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(20)
    await expect.poll(() => health(page)).toMatchObject({ waiting: 0, dropped: 0 })
    expect(noise).toEqual([])
  })
}

test('a store is used again when it has recovered @long', async ({ page, visit, serve, server }) => {
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
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate('work(4)')
  await expect.poll(async () => (await health(page))?.lastFailure).toBeTruthy()
  await page.evaluate('works = true')
  await expect.poll(async () => (await health(page))?.stored).toBeGreaterThanOrEqual(8)
})

test('a batch that is not stored yet is sent when the page is unloaded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>
    IDBFactory.prototype.open = () => {
      window.atPut = throughline.health()
      return new EventTarget()
    }
  </script>`
  const next = serve('/next', '')
  const script = await startedWith(EXPORT_BY_FLUSH)
  await visit(serve('/', work, { head, script }))
  await waitForExtras(page)
  server.answerExports({ cutAfterMillis: 0 })
  await workToEnd(page, 4)
  await page.evaluate('void throughline.flush()')
  const atPut = await page.waitForFunction('window.atPut')
  expect(await atPut.jsonValue()).toMatchObject({ waiting: 0, lastFailure: 'Failed to fetch' })
  await page.goto(next)
  server.answerExports()
  await waitForSpans(server, isWork, 4)
})

test('a batch that cannot be deleted from the store is not sent repeatedly', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const head = `<script>IDBObjectStore.prototype.delete = () => { throw new DOMException('', 'UnknownError') }</script>`
  const script = await startedWith(EXPORT_BY_FLUSH)
  await visit(serve('/', work, { head, script }))
  await page.evaluate('throughline.flush()')
  server.answerExports({ cutAfterMillis: 0 })
  await workToEnd(page, 4)
  await page.evaluate('throughline.flush()')
  await expect.poll(async () => (await health(page))?.stored).toBeGreaterThanOrEqual(8)
  server.answerExports()
  await waitForSpans(server, isWork, 4)
  for (let round = 1; round < 4; round++) {
    await workToEnd(page, 4)
    await page.evaluate('throughline.flush()')
    // The lock is held while stored batches are sent.
    await page.evaluate("navigator.locks.request('throughline-store', () => {})")
    await waitForSpans(server, isWork, 4 + 4 * round)
  }
  const ids = server.spans().map(({ spanId }) => spanId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('the size of the store is limited: the oldest spans are dropped and counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const maxStoredBytes = 60_000
  const script = await startedWith({ maxStoredBytes, batchDelayMillis: 50 })
  await visit(serve('/', work, { script }))
  await waitForSpan(server, isNamed('load /'))
  await waitForExtras(page)
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate('work(200)')
  await expect.poll(() => health(page)).toMatchObject({ stored: 400, waiting: 0 })
  const { dropped = 0, droppedBy } = (await health(page)) ?? {}
  expect(dropped).toBeGreaterThan(100)
  expect(droppedBy).toEqual({ evicted: dropped })
  server.answerExports()
  const isOurs = ({ name }: { name: string }) => name.startsWith('work ') || name === 'GET'
  const spans = await waitForSpans(server, isOurs, 400 - dropped)
  expect(spans).toHaveLength(400 - dropped)
  expect(spans.some(({ name }) => name === 'work 199')).toBe(true)
  expect(spans.some(({ name }) => name === 'work 0')).toBe(false)
  const sent = spans.map(({ service, values, resource, durationMillis, ...span }) => span)
  expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(maxStoredBytes)
})

test('spans that were stored too long ago are dropped and counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const script = await startedWith({ maxStoredAgeMillis: 50, batchDelayMillis: 50 })
  await visit(serve('/', work, { script }))
  await waitForSpan(server, isNamed('load /'))
  await waitForExtras(page)
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate('work(4)')
  await expect.poll(() => health(page)).toMatchObject({ stored: 8, waiting: 0 })
  // The collector still fails, so that no span is sent before it is too old.
  await expect.poll(() => health(page)).toMatchObject({ dropped: 8, droppedBy: { expired: 8 } })
  server.answerExports()
  await page.evaluate(() => window.throughline?.action('later', () => {}))
  await waitForSpan(server, isNamed('later'))
  expect(server.spans().filter(isWork)).toEqual([])
})

test('the limits of the store are applied without reading its spans', async ({
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
  // Until the next attempt, which would read the store.
  server.answerExports({ status: 503, headers: { 'retry-after': '600' } })
  await page.evaluate('work(4)')
  await expect.poll(async () => (await health(page))?.stored).toBeGreaterThanOrEqual(8)
  expect(await page.evaluate('reads')).toBe(0)
})

test('without a store, spans beyond the memory limit are dropped and counted', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const script = await startedWith({ maxStoredBytes: 0 })
  await visit(serve('/', '', { script }))
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate(async () => {
    const texts = Array.from({ length: 20 }, (_, n) => [`text.${n}`, 'long '.repeat(800)])
    window.throughline?.setAttributes(Object.fromEntries(texts))
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        window.throughline?.action(`${n}`, async () => (await fetch('/api/x')).text()),
      ),
    )
  })
  await expect.poll(async () => (await health(page))?.dropped).toBeGreaterThan(9)
  const { dropped, droppedBy } = (await health(page)) ?? {}
  expect(droppedBy).toEqual({ overflow: dropped })
})
