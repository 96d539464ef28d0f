import {
  attribute,
  durationMillis,
  expect,
  isNamed,
  isRequestTo,
  test,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'

const CSP = [
  "default-src 'none'",
  "script-src 'nonce-abc' 'strict-dynamic'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types throughline',
].join('; ')

test('all of it runs under a strict content security policy with Trusted Types', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(
    serve('/', '', {
      headers: { 'content-security-policy': CSP },
      script: '<script nonce="abc" src="/throughline.js" data-service-name="test-web"></script>',
    }),
  )
  await waitForSdk(page)
  await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/throughline-extras.js')
  await waitForSpan(server, isNamed('load /'))
  expect(noise).toEqual([])
})

test('beside a second tracing SDK each keeps its own, and the page its requests', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve('/', '', {
      head: `<script>
        const stock = window.fetch
        window.seen = []
        window.fetch = function (input, init) { window.seen.push(String(input)); return stock.call(this, input, { ...init, headers: { ...init?.headers, 'x-other': '1' } }) }
        // What an OpenTelemetry API of another copy registers.
        globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.9.0', context: { active: () => 'theirs', with: (c, fn, self, ...args) => fn.apply(self, args) } }
      </script>`,
    }),
  )
  await waitForSdk(page)
  await page.evaluate(async () =>
    window.throughline?.action('ours', async () => void (await fetch('/api/both')).status),
  )
  const root = await waitForSpan(server, isNamed('ours'))
  const request = await waitForSpan(server, isRequestTo('/api/both'))
  expect(request.parentSpanId).toBe(root.spanId)
  expect(server.requests.find(({ path }) => path === '/api/both')?.headers).toMatchObject({ 'x-other': '1' })
})

test('a patch that somebody lays over the loader stays, and ours below it lets go', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve(
      '/',
      `<script>const before = window.fetch; window.wrapped = 0
        window.fetch = function (...args) { window.wrapped++; return before.apply(this, args) }</script>`,
    ),
  )
  await waitForSdk(page)
  await page.evaluate(async () => void (await fetch('/api/once')).status)
  expect(await page.evaluate(() => (window as unknown as { wrapped: number }).wrapped)).toBe(1)
  await waitForSpan(server, isRequestTo('/api/once'))
  await expect.poll(() => server.spans().filter(isRequestTo('/api/once')).length).toBe(1)
})

test('a clock that jumps moves no span against its parent', async ({ page, visit, serve, server }) => {
  await visit(serve('/', ''))
  await page.evaluate(async () => {
    await window.throughline?.action('jump', async () => {
      await (await fetch('/api/before')).text()
      const real = Date.now
      Date.now = () => real() + 3_600_000
      await (await fetch('/api/after?delay=30')).text()
    })
  })
  const root = await waitForSpan(server, isNamed('jump'))
  const after = await waitForSpan(server, isRequestTo('/api/after'))
  expect(durationMillis(root)).toBeLessThan(2000)
  expect(BigInt(after.startTimeUnixNano) >= BigInt(root.startTimeUnixNano)).toBe(true)
  expect(BigInt(after.endTimeUnixNano) <= BigInt(root.endTimeUnixNano)).toBe(true)
})

test('a frozen tab: what was open is there, and the page goes on afterwards', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', `<button onclick="fetch('/api/long?delay=1500')">Freeze</button>`))
  await page.click('button')
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: false })
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const click = await waitForSpan(server, isNamed('click Freeze'))
  expect(attribute(click, 'throughline.action.end_reason')).toBe('hidden')
  expect(attribute(await waitForSpan(server, isRequestTo('/api/long')), 'throughline.incomplete')).toBe(true)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await page.evaluate(async () =>
    window.throughline?.action('thawed', async () => void (await fetch('/api/thawed')).status),
  )
  await waitForSpan(server, isNamed('thawed'))
  // What was sent while it was open is not sent again.
  expect(server.spans().filter(isRequestTo('/api/long'))).toHaveLength(1)
})

test('a blocked endpoint costs the page nothing', async ({ page, visit, serve, noise }) => {
  await page.route('**/v1/traces', (route) => route.abort('blockedbyclient'))
  await visit(
    serve(
      '/',
      `<button onclick="fetch('/api/x').then(r => r.json()).then(j => window.ok = j.ok)">Go</button>`,
    ),
  )
  await page.click('button')
  await expect.poll(() => page.evaluate(() => (window as unknown as { ok?: boolean }).ok)).toBe(true)
  await page.evaluate(() => window.throughline?.flush())
  expect(noise).toEqual([])
})

test('no storage of any kind: it runs without', async ({ page, visit, serve, server }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    }
  })
  await visit(serve('/', ''))
  await waitForSpan(server, isNamed('load /'))
})

test('ten thousand requests leave nothing behind @long', async ({ page, visit, serve }) => {
  test.setTimeout(120_000)
  await visit(serve('/', ''))
  const session = await page.context().newCDPSession(page)
  const heapBytes = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return usedSize
  }
  const run = (count: number) =>
    page.evaluate(async (total) => {
      for (let sent = 0; sent < total; sent += 50) {
        await Promise.all(Array.from({ length: 50 }, async () => (await fetch('/api/many')).text()))
      }
      await window.throughline?.flush()
      performance.clearResourceTimings()
    }, count)
  await run(1000)
  const before = await heapBytes()
  await run(10_000)
  const grownBytes = (await heapBytes()) - before
  console.log(`heap after 10,000 more requests: ${grownBytes} bytes more`)
  expect(grownBytes).toBeLessThan(3_000_000)
})
