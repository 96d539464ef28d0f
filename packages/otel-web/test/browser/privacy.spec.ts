import type { Tracer } from '@opentelemetry/api'
import type { Page, Route } from '@playwright/test'
import {
  attribute,
  exceptionsOf,
  expect,
  holdExtras,
  isNamed,
  isRequestTo,
  type PageServer,
  test,
  textOf,
  waitForExtras,
  waitForRequest,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'

test('URLs, texts and typed values are redacted', async ({ page, visit, serve, server }) => {
  await visit(
    serve(
      '/',
      `<label>Mail <input id="mail" value="typed@example.org"></label><div contenteditable id="edit">typed secret</div>
       <button>Write to bob@example.org</button><script>
        document.body.addEventListener('click', () => fetch('/api/q?token=abcdef&email=a%40b.org#frag'))
        mail.addEventListener('change', () => fetch('/api/changed'))
      </script>`,
    ),
  )
  await page.click('button')
  await page.click('#edit')
  await page.fill('#mail', 'new-typed@example.org')
  await page.press('#mail', 'Enter')
  await waitForSpan(server, isNamed('click Write to REDACTED'))
  await waitForSpan(server, isNamed('enter Mail'))
  const request = await waitForSpan(server, isRequestTo('/api/q'))
  expect(String(attribute(request, 'url.full')).replace(/.*\/api/, '/api')).toBe(
    '/api/q?token=REDACTED&email=REDACTED',
  )
  expect(server.exports.map(textOf).join()).not.toMatch(/typed|secret|abcdef|example\.org|b\.org|frag/)
})

test('attributes of the app are redacted by the whole table once the extras have loaded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  await page.evaluate(async () => {
    const api = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')] as {
      trace: { getTracer(name: string): Tracer }
    }
    const card = '4242 4242 4242 4242'
    const session = '/(S(lit3py55t21z5v55vlm25s55))/cart'
    const link = `/s/${['Xk29', 'fjqL', 'w7Vb', 'T2sH', 'c8RpYd3mQ0zN5aGe'].join('')}`
    const attributes = {
      'db.password': 'opaque-1',
      'app.otp': 482913,
      'app.list': [card, session],
      'app.link': link,
    }
    const span = api.trace.getTracer('page').startSpan('private', { attributes })
    span.addEvent(`paid by ${card}`, attributes)
    span.recordException(new Error(`no route ${link}`))
    span.setStatus({ code: 2, message: `no page ${session}` })
    span.end()
    await window.throughline?.flush()
  })
  const span = await waitForSpan(server, isNamed('private'))
  expect(attribute(span, 'db.password')).toBe('REDACTED')
  expect(attribute(span, 'app.link')).toBe('/s/REDACTED')
  expect(span.events[0]?.name).toBe('paid by REDACTED')
  expect(server.exports.map(textOf).join()).not.toMatch(/opaque-1|482913|4242|lit3py|Xk29/)
})

// No secret is written down: scanners of repositories would find it.
const RESET_TOKEN = ['Xk29', 'fjqL', 'w7Vb', 'T2sH', 'c8Rp'].join('')
const COMMIT_LIKE_TOKEN = 'dd27e15d'.repeat(5)

test('tokens in paths are redacted on a page that is unloaded before the extras have loaded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await page.route('**/throughline-extras.js', () => {})
  await visit(serve(`/reset/${RESET_TOKEN}`, ''))
  await page.evaluate(
    async (path) => void (await fetch(path).catch(() => {})),
    `/api/x/${COMMIT_LIKE_TOKEN}?t=1`,
  )
  await visit(serve('/next', ''))
  await waitForSpan(server, ({ name }) => name.startsWith('load /reset'))
  await waitForSpan(server, ({ attributes }) =>
    String(attribute({ attributes }, 'url.full')).includes('/api/x/REDACTED'),
  )
  expect(server.exports.map(textOf).join()).not.toMatch(/Xk29fjqL|dd27e15ddd27/)
})

test('exports wait until the extras have loaded', async ({ page, visit, serve, server }) => {
  // The limit of this wait, which a busy machine can reach, has a test of its own.
  await page.addInitScript(() => {
    const { setTimeout } = window
    const unlimited = (handler: TimerHandler, millis?: number) =>
      millis === 5000 ? 0 : setTimeout(handler, millis)
    Object.assign(window, { setTimeout: unlimited })
  })
  const release = await holdExtras(page)
  await visit(serve('/', ''))
  await page.waitForSelector('script[src*="extras"]', { state: 'attached' })
  const flushed = page.evaluate(async () => {
    await window.throughline?.action('pay by 4242 4242 4242 4242', () => {})
    await window.throughline?.flush()
  })
  // An answer of the page after the flush has begun: nothing was sent in between.
  await page.evaluate(() => fetch('/api/after-flush'))
  expect(server.exports).toEqual([])
  release()
  await flushed
  await waitForSpan(server, isNamed('pay by REDACTED'))
  expect(server.exports.map(textOf).join()).not.toContain('4242 4242')
})

for (const [what, route] of [
  ['fail to load', (request: Route) => request.abort()],
  ['do not come within 5 seconds', () => {}],
] as const) {
  test(`exports stop waiting when the extras ${what}`, async ({ page, visit, serve, server }) => {
    await page.route('**/throughline-extras.js', route)
    await visit(serve('/', ''))
    await page.evaluate(async () => {
      await window.throughline?.action('waited', () => {})
      await window.throughline?.flush()
    })
    await waitForSpan(server, isNamed('waited'))
  })
}

test('nothing is recorded, sent or stored before consent is given', async ({ page, serve, server }) => {
  await page.goto(
    serve('/', `<script>fetch('/api/early')</script>`, { attributes: 'data-consent="required"' }),
  )
  await waitForSdk(page)
  await page.evaluate(async () =>
    window.throughline?.action('before', async () => void (await fetch('/api/before'))),
  )
  await waitForRequest(server, '/api/early')
  await waitForRequest(server, '/api/before')
  expect(server.requests.filter(({ traceparent }) => traceparent)).toEqual([])
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([])
  await page.evaluate(async () => {
    window.throughline?.setConsent(true)
    await window.throughline?.action('after', async () => void (await fetch('/api/after')))
  })
  await waitForSpan(server, isNamed('after'))
  expect(server.spans().filter(isNamed('before'))).toEqual([])
  expect(server.requests.find(({ path }) => path === '/api/after')?.traceparent).toBeTruthy()

  await page.evaluate(async () => {
    window.throughline?.setConsent(false)
    await window.throughline?.action('withdrawn', async () => void (await fetch('/api/withdrawn')))
    await window.throughline?.flush()
  })
  expect(server.spans().filter(isNamed('withdrawn'))).toEqual([])
  expect(await page.evaluate(() => localStorage.getItem('throughline'))).toMatch(/^\d0$/)
})

test('work that the click on “Accept” starts is recorded as a root', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Accept</button><script>
        document.querySelector('button').onclick = async () => {
          throughline.setConsent(true)
          await fetch('/api/boot')
          await throughline.action('set up', () => fetch('/api/set-up'))
          throw new TypeError('after consent')
        }
      </script>`,
      { attributes: 'data-consent="required"' },
    ),
  )
  await page.click('button')
  const boot = await waitForSpan(server, isRequestTo('/api/boot'))
  const setUp = await waitForSpan(server, isNamed('set up'))
  expect((await waitForSpan(server, isRequestTo('/api/set-up'))).parentSpanId).toBe(setUp.spanId)
  const error = await waitForSpan(server, isNamed('error'))
  expect(exceptionsOf(error).map((event) => attribute(event, 'exception.message'))).toEqual(['after consent'])
  for (const span of [boot, setUp, error]) expect([span.parentSpanId ?? '', span.links]).toEqual(['', []])
  expect(server.requests.find(({ path }) => path === '/api/boot')?.traceparent).toBe(
    `00-${boot.traceId}-${boot.spanId}-01`,
  )
})

test('before consent nothing is stored, and stored spans of an earlier visit are not sent', async ({
  page,
  context,
  serve,
  visit,
  server,
}) => {
  const url = serve('/', '')
  await visit(url)
  await keepForLater(page, server)
  await page.close()

  const later = await context.newPage()
  await later.goto(serve('/later', '<a href="/next">next</a>', { attributes: 'data-consent="required"' }))
  // Not before: the first page would send its spans again.
  server.answerExports()
  serve('/next', '', { attributes: 'data-consent="required"' })
  await waitForSdk(later)
  await waitForExtras(later)
  await later.evaluate(async () => {
    await window.throughline?.action('unasked', async () => void (await fetch('/api/unasked')))
    await window.throughline?.flush()
    localStorage.removeItem('throughline')
  })
  await later.click('a')
  await later.waitForURL('**/next')
  await waitForSdk(later)
  await waitForExtras(later)
  const kept = await later.evaluate(async () => {
    await window.throughline?.flush()
    return { local: localStorage.getItem('throughline'), session: sessionStorage.length }
  })
  expect(kept).toEqual({ local: null, session: 0 })
  expect(server.spans().filter(isNamed('earlier'))).toEqual([])

  await later.evaluate(() => window.throughline?.setConsent(false))
  await expect.poll(() => later.evaluate(() => indexedDB.databases())).toEqual([])
  await later.evaluate(() => window.throughline?.setConsent(true))
  await later.evaluate(async () =>
    window.throughline?.action('agreed', async () => void (await fetch('/api/agreed'))),
  )
  await waitForSpan(server, isNamed('agreed'))
  expect(server.spans().filter(({ name }) => name === 'earlier' || name === 'unasked')).toEqual([])
})

test('consent that is withdrawn immediately empties the store', async ({
  page,
  context,
  serve,
  visit,
  server,
}) => {
  const url = serve('/', '')
  await visit(url)
  await keepForLater(page, server)
  await page.close()
  const later = await context.newPage()
  // The chunk that reads the store is never loaded.
  await later.route('**/throughline-extras.js', (route) => route.abort())
  await later.goto(url)
  await waitForSdk(later)
  await later.evaluate(() => window.throughline?.setConsent(false))
  await expect.poll(() => later.evaluate(() => indexedDB.databases())).toEqual([])
})

test('after consent is withdrawn the next page sends no trace headers at all', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(() => window.throughline?.setConsent(false))
  await visit(serve('/next', `<script>fetch('/api/next')</script>`))
  expect((await waitForRequest(server, '/api/next')).traceparent).toBeUndefined()
})

test('consent that is withdrawn in one tab is withdrawn in all tabs, and their stored spans are deleted', async ({
  page,
  context,
  visit,
  serve,
  server,
}) => {
  const url = serve('/', '')
  await visit(url)
  await waitForExtras(page)
  const other = await context.newPage()
  await other.goto(url)
  await waitForSdk(other)
  await waitForSpan(server, isNamed('load /'))
  await page.evaluate(() => window.throughline?.flush())
  // With this delay no export is on its way when consent is withdrawn.
  server.answerExports({ status: 503, headers: { 'retry-after': '600' } })
  await page.evaluate(async () =>
    window.throughline?.action('unsent', async () => void (await fetch('/api/x'))),
  )
  await expect.poll(() => page.evaluate(() => window.throughline?.health().stored)).toBeGreaterThan(1)
  await other.evaluate(() => window.throughline?.setConsent(false))
  await expect.poll(() => page.evaluate(() => window.throughline?.health().consent)).toBe('denied')
  server.answerExports()
  await page.evaluate(async () => {
    await window.throughline?.action('unwanted', async () => void (await fetch('/api/unwanted')))
    await window.throughline?.flush()
  })
  expect(await page.evaluate(() => window.throughline?.health().waiting)).toBe(0)
  expect(server.spans().filter(({ name }) => name === 'unsent' || name === 'unwanted')).toEqual([])
  expect((await waitForRequest(server, '/api/unwanted')).traceparent).toBeUndefined()

  await other.evaluate(() => window.throughline?.setConsent(true))
  await expect.poll(() => page.evaluate(() => window.throughline?.health().recording)).toBe(true)
  const sessions = [page, other].map((tab) => tab.evaluate(() => window.throughline?.health().sessionId))
  expect(new Set(await Promise.all(sessions)).size).toBe(1)
})

test('a tab that has not yet received a withdrawal does not undo it', async ({
  page,
  context,
  visit,
  serve,
}) => {
  await page.addInitScript(() =>
    addEventListener('storage', (event) => event.stopImmediatePropagation(), true),
  )
  const url = serve('/', '', { attributes: 'data-consent="required"' })
  await visit(url)
  await page.evaluate(() => window.throughline?.setConsent(true))
  const other = await context.newPage()
  await other.goto(url)
  await waitForSdk(other)
  await other.evaluate(() => window.throughline?.setConsent(false))
  // A tab in another process can read the other tab's storage with a delay.
  await expect.poll(() => page.evaluate(() => localStorage.getItem('throughline'))).toMatch(/^\d0$/)
  const stored = await page.evaluate(async () => {
    const real = Date.now
    Date.now = () => real() + 60_000
    await window.throughline?.action('goes on', async () => void (await fetch('/api/x')))
    return localStorage.getItem('throughline')
  })
  expect(stored).toMatch(/^\d0$/)
  expect(await page.evaluate(() => window.throughline?.health().recording)).toBe(false)
})

test('a visit without failures opens no database', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  await waitForExtras(page)
  await waitForSpan(server, isNamed('load /'))
  await page.evaluate(() => window.throughline?.flush())
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([])
})

test('a session that is not sampled sends flags 00 and keeps errors', async ({ page, serve, server }) => {
  await page.goto(serve('/', `<script>fetch('/api/early')</script>`, { attributes: 'data-sample-ratio="0"' }))
  await waitForSdk(page)
  await page.evaluate(async () => {
    await window.throughline?.action('fine', async () => void (await fetch('/api/fine')))
    await window.throughline?.action('failing', async () => void (await fetch('/api/failing?status=500')))
  })
  const failing = await waitForSpan(server, isRequestTo('/api/failing'))
  expect(attribute(failing, 'throughline.kept')).toBe('error')
  const root = await waitForSpan(server, isNamed('failing'))
  expect(failing.parentSpanId).toBe(root.spanId)
  expect(server.spans().filter(isNamed('fine'))).toEqual([])
  for (const path of ['/api/early', '/api/fine', '/api/failing?status=500']) {
    expect((await waitForRequest(server, path)).traceparent?.slice(-2), path).toBe('00')
  }
})

test('a slow action of a session that is not sampled is kept, with its requests', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(serve('/', '', { attributes: 'data-sample-ratio="0"' }))
  await waitForSdk(page)
  await page.evaluate(async () => {
    await window.throughline?.action('quick', async () => void (await fetch('/api/quick')))
    await window.throughline?.action('slow', async () => void (await fetch('/api/slow?delay=5100')))
  })
  const slow = await waitForSpan(server, isNamed('slow'))
  expect(attribute(slow, 'throughline.kept')).toBe('slow')
  expect((await waitForSpan(server, isRequestTo('/api/slow'))).parentSpanId).toBe(slow.spanId)
  expect(server.spans().filter(isNamed('quick'))).toEqual([])
})

test('a session ends after half an hour without activity, and after at most four hours', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  const nameOf = (minutes: number) => `after ${minutes} minutes`
  const busy = [85, 110, 135, 160, 185, 210, 235, 260, 285, 299]
  for (const minutes of [0, 29, 60, ...busy, 301]) await actAfter(minutes, nameOf(minutes), page)
  const sessionAt = (minutes: number) => sessionOf(nameOf(minutes), server)
  const first = await sessionAt(0)
  expect(await sessionAt(29)).toBe(first)
  const second = await sessionAt(60)
  expect(second).not.toBe(first)
  for (const minutes of busy) expect(await sessionAt(minutes)).toBe(second)
  expect(await sessionAt(301)).not.toBe(second)
})

test('a tab that was idle continues the session of the other tabs', async ({
  page,
  context,
  visit,
  serve,
  server,
}) => {
  const url = serve('/', '')
  await visit(url)
  await actAfter(0, 'first', page)
  const other = await context.newPage()
  await other.goto(url)
  await waitForSdk(other)
  await actAfter(20, 'beside', other)
  // A tab in another process can read this tab's storage with a delay.
  const storedIn = (tab: Page) => tab.evaluate(() => localStorage.getItem('throughline'))
  await expect.poll(() => storedIn(page)).toBe(await storedIn(other))
  await actAfter(40, 'back', page)
  const first = await sessionOf('first', server)
  expect(await sessionOf('beside', server)).toBe(first)
  expect(await sessionOf('back', server)).toBe(first)
})

test('a session has one id over all its pages', async ({ visit, serve, server }) => {
  await visit(serve('/', ''))
  await visit(serve('/two', ''))
  const ids = await Promise.all(
    ['load /', 'load /two'].map(async (name) =>
      attribute(await waitForSpan(server, isNamed(name)), 'session.id'),
    ),
  )
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(ids[1]).toBe(ids[0])
})

test('debug mode prints a link to each trace and the reason why no header was sent', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  await visit(serve('/', '', { attributes: 'data-debug="https://jaeger.example/trace/{traceId}"' }))
  await waitForExtras(page)
  await page.evaluate(async () => {
    await fetch('http://127.0.0.1:1/').catch(() => {})
    await window.throughline?.action('checkout', async () => void (await fetch('/api/x')))
  })
  const { traceId } = await waitForSpan(server, isNamed('checkout'))
  await expect
    .poll(() => noise)
    .toEqual(
      expect.arrayContaining([
        `[throughline] checkout: https://jaeger.example/trace/${traceId}`,
        '[throughline] no trace headers to http://127.0.0.1:1: foreign origin',
      ]),
    )
})

/** Runs an action with a request after the wall clock has advanced by `minutes`. */
async function actAfter(minutes: number, name: string, page: Page): Promise<void> {
  await page.evaluate(
    async (action) => {
      const { real = Date.now } = window as { real?: typeof Date.now }
      Object.assign(window, { real })
      Date.now = () => real() + action.minutes * 60_000
      await window.throughline?.action(action.name, async ({ end }) => {
        await fetch('/api/x')
        end()
      })
    },
    { name, minutes },
  )
}

async function sessionOf(name: string, server: PageServer) {
  return attribute(await waitForSpan(server, isNamed(name)), 'session.id')
}

/** Stores the spans of an action, because the collector does not answer. */
async function keepForLater(page: Page, server: PageServer): Promise<void> {
  await waitForExtras(page)
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate(async () =>
    window.throughline?.action('earlier', async () => void (await fetch('/api/x'))),
  )
  await expect.poll(() => page.evaluate(() => window.throughline?.health().stored)).toBeGreaterThan(1)
}
