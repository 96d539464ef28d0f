import { bundledCode } from './bundled-script.ts'
import {
  attribute,
  expect,
  followSdkScript,
  holdExtras,
  isNamed,
  isRequestTo,
  scriptOf,
  startedWith,
  test,
  waitForExtras,
  waitForRequest,
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

test('the SDK works with a strict content security policy and Trusted Types', async ({
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

test('the SDK is off, without an error, if its Trusted Types policy is not allowed', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(
    serve('/', '', {
      headers: { 'content-security-policy': CSP.replace('trusted-types throughline', 'trusted-types other') },
      script: '<script nonce="abc" src="/throughline.js" data-service-name="test-web"></script>',
    }),
  )
  expect(await page.evaluate(async () => (await fetch('/api/x')).status)).toBe(200)
  expect((await waitForRequest(server, '/api/x')).traceparent).toBeUndefined()
  expect(await page.evaluate(() => window.throughline)).toBeUndefined()
  // The browser itself reports the policy.
  expect(noise.filter((line) => line.startsWith('uncaught'))).toEqual([])
})

test('spans are not sent to the origin of a <base>', async ({ page, visit, serve, server }) => {
  const head = `<base href="${server.origin.replace('localhost', 'cdn.localhost')}/">`
  const posted: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(request.url())
  })
  const script = `<script src="${server.origin}/throughline.js" data-service-name="test-web"></script>`
  await visit(serve('/', '', { head, script }))
  await waitForSpan(server, isNamed('load /'))
  // The collector has the span before Playwright reports the request.
  await expect.poll(() => [...new Set(posted)]).toEqual([`${server.origin}/v1/traces`])
})

test('a failing part of the extras does not affect the other parts and the page', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  await page.addInitScript(() => {
    const types = [...PerformanceObserver.supportedEntryTypes]
    types.includes = (type) => {
      if (type === 'long-animation-frame') throw new TypeError('not today')
      return types.indexOf(type) >= 0
    }
    Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', { value: types })
  })
  await visit(serve('/', ''))
  await waitForExtras(page)
  await waitForSpan(server, isNamed('load /'))
  server.answerExports({ cutAfterMillis: 0 })
  await page.evaluate(async () =>
    window.throughline?.action('kept', async () => void (await fetch('/api/x')).status),
  )
  await expect.poll(() => page.evaluate(() => window.throughline?.health().stored)).toBeGreaterThan(1)
  expect(noise).toEqual([])
})

test('extras that load after shutdown are not started', async ({ page, visit, serve }) => {
  await page.addInitScript(() => {
    const { observe } = PerformanceObserver.prototype
    Object.assign(window, { observed: [] })
    PerformanceObserver.prototype.observe = function (options) {
      ;(window as unknown as { observed: unknown[] }).observed.push(options?.type)
      return observe.call(this, options)
    }
  })
  const release = await holdExtras(page)
  await visit(serve('/', ''))
  await page.waitForSelector('script[src*="extras"]', { state: 'attached' })
  const loaded = page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        document.querySelector('script[src*="extras"]')?.addEventListener('load', () => resolve()),
      ),
  )
  await page.evaluate(() => window.throughline?.shutdown())
  release()
  await loaded
  const observed = await page.evaluate(() => (window as unknown as { observed: string[] }).observed)
  expect(observed).not.toContain('long-animation-frame')
})

test('a second start returns the running instance, and a start after shutdown a new one', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const script = await bundledCode(`import { context, trace } from '@opentelemetry/api'
      import { startTracing } from './src/index.ts'
      window.run = async () => {
        const native = fetch
        const first = startTracing({ serviceName: 'app' })
        const patched = fetch
        const isSame = startTracing({ serviceName: 'twice' }) === first && fetch === patched
        await first.shutdown()
        const isBack = fetch === native
        const second = startTracing({ serviceName: 'app' })
        const name = trace.getTracer('app')
        await second.action('again', () =>
          name.startActiveSpan('inner', async (span) => {
            await (await fetch('/api/inner')).text()
            span.end()
          }),
        )
        await second.flush()
        return { isSame, isBack, isNew: second !== first }
      }`)
  await page.goto(serve('/', '', { script }))
  expect(await page.evaluate('run()')).toEqual({ isSame: true, isBack: true, isNew: true })
  const again = await waitForSpan(server, isNamed('again'))
  const inner = await waitForSpan(server, isNamed('inner'))
  expect(inner.parentSpanId).toBe(again.spanId)
  expect((await waitForSpan(server, isRequestTo('/api/inner'))).parentSpanId).toBe(inner.spanId)
  expect(noise).toEqual([])
})

test('an import beside the script tag returns the running instance', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(
    async (code) => {
      Object.assign(window, { before: window.throughline, patched: fetch })
      new Function(code)()
    },
    (await startedWith({})).replace(/^<script>|<\/script>$/g, ''),
  )
  expect(
    await page.evaluate(() => {
      const { before, patched } = window as unknown as { before: unknown; patched: unknown }
      return [before === window.throughline, patched === fetch]
    }),
  ).toEqual([true, true])
  await page.evaluate(async () => void (await fetch('/api/once')).status)
  await waitForSpan(server, isRequestTo('/api/once'))
})

for (const [how, isTag] of [
  ['the script tag', true],
  ['an import', false],
] as const) {
  test(`the page load of a prerendered page with ${how} starts when it is shown, or with earlier requests`, async ({
    page,
    serve,
    server,
  }) => {
    const sdkHasRun = await followSdkScript(page)
    await page.addInitScript(() => {
      let activationStart: number | undefined
      const { getEntriesByType } = performance
      performance.getEntriesByType = (type: string) => {
        const entries = getEntriesByType.call(performance, type as 'navigation')
        const [entry] = entries
        if (type === 'navigation' && entry)
          Object.defineProperty(entry, 'activationStart', { value: activationStart ?? 0, configurable: true })
        return entries
      }
      Object.defineProperty(Document.prototype, 'prerendering', { get: () => activationStart === undefined })
      Object.assign(window, {
        show: () => {
          activationStart = performance.now()
          document.dispatchEvent(new Event('prerenderingchange'))
          return performance.timeOrigin + activationStart
        },
      })
    })
    const ahead = `<script>window.ahead = fetch('/api/ahead').then((answer) => answer.json())</script>`
    const early = `<script>window.traces = []
      throughline.onTrace(({ name }) => traces.push(name))</script>`
    const script = await scriptOf(isTag ? 'script tag' : 'npm import')
    await page.goto(serve('/', ahead + early, { script }))
    if (isTag) await sdkHasRun()
    await page.evaluate('ahead')
    expect(server.spans()).toEqual([])
    const shownMillis = Number(await page.evaluate('show()'))
    const load = await waitForSpan(server, isNamed('load /'))
    const startMillis = Number(BigInt(load.startTimeUnixNano) / 1_000_000n)
    await expect.poll(() => page.evaluate('traces')).toEqual(['load /'])
    // The export of a page load that was recorded before would have arrived first.
    expect(server.spans().filter(isNamed('load /'))).toHaveLength(1)
    if (isTag) {
      const request = await waitForSpan(server, isRequestTo('/api/ahead'))
      expect(request.parentSpanId).toBe(load.spanId)
      expect(BigInt(request.startTimeUnixNano) >= BigInt(load.startTimeUnixNano)).toBe(true)
      expect(load.events.map(({ name }) => name)).toContain('activationStart')
    } else {
      expect(Math.abs(startMillis - shownMillis)).toBeLessThan(500)
      expect(server.requests.find(({ path }) => path === '/api/ahead')?.traceparent).toBeUndefined()
    }
  })
}

test('two tracing SDKs have their own spans, and the page has its responses', async ({
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
        // The object that another copy of the OpenTelemetry API registers.
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

test('a patch over that of the loader is kept, and the loader forwards its calls', async ({
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

test('spans and their parents keep their order when the clock jumps', async ({
  page,
  visit,
  serve,
  server,
}) => {
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
  expect(root.durationMillis).toBeLessThan(600_000)
  expect(BigInt(after.startTimeUnixNano) >= BigInt(root.startTimeUnixNano)).toBe(true)
  expect(BigInt(after.endTimeUnixNano) <= BigInt(root.endTimeUnixNano)).toBe(true)
})

test('a frozen tab has sent its open spans and is traced again when it resumes', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve('/', `<button onclick="window.long = fetch('/api/long?until=/api/thawed')">Freeze</button>`),
  )
  await page.click('button')
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: false })
  await page.evaluate(() => {
    Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const click = await waitForSpan(server, isNamed('click Freeze'))
  expect(attribute(click, 'throughline.action.end_reason')).toBe('hidden')
  expect(attribute(await waitForSpan(server, isRequestTo('/api/long')), 'throughline.incomplete')).toBe(true)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await page.evaluate(async () => {
    await window.throughline?.action('thawed', async () => void (await fetch('/api/thawed')).status)
    await (await (window as unknown as { long: Promise<Response> }).long).text()
    await window.throughline?.flush()
  })
  await waitForSpan(server, isNamed('thawed'))
  // A span that was sent while it was open is not sent again.
  expect(server.spans().filter(isRequestTo('/api/long'))).toHaveLength(1)
})

test('a blocked endpoint does not affect the page', async ({ page, visit, serve, noise }) => {
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

test('the SDK works without any storage', async ({ page, visit, serve, server }) => {
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

test('ten thousand requests do not grow the heap @long', async ({ page, visit, serve }) => {
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

const OLD_LIBRARIES: Record<string, () => void> = {
  'Array.prototype.toJSON': () => {
    Object.assign(Array.prototype, { toJSON: () => '[]' })
  },
  'Object.prototype.toJSON': () => {
    Object.assign(Object.prototype, { toJSON: () => '{}' })
  },
  'String.prototype.toJSON and Number.prototype.toJSON': () => {
    Object.assign(String.prototype, { toJSON: () => '""' })
    Object.assign(Number.prototype, { toJSON: () => '0' })
  },
  'methods of Object.prototype and Array.prototype that are enumerable': () => {
    Object.assign(Object.prototype, { extend: (value: unknown) => value })
    Object.assign(Array.prototype, { each: () => {}, last: () => {} })
  },
  'an Array.from that takes no function': () => {
    Array.from = (items: Iterable<unknown> | ArrayLike<unknown>) => Array.prototype.slice.call(items)
  },
  'a JSON.stringify that adds quotes': () => {
    const { stringify } = JSON
    JSON.stringify = (value: unknown) => stringify(stringify(value))
  },
}

for (const [name, change] of Object.entries(OLD_LIBRARIES)) {
  for (const time of ['before the loader', 'after the SDK']) {
    test(`${name}, as in old libraries, ${time} does not change what is exported`, async ({
      page,
      visit,
      serve,
      server,
    }) => {
      if (time === 'before the loader') await page.addInitScript(change)
      await visit(serve('/', "<button onclick=\"fetch('/api/buy', { method: 'POST' })\">Buy</button>"))
      await waitForSdk(page)
      if (time === 'after the SDK') await page.evaluate(change)
      await page.getByRole('button').click()
      const click = await waitForSpan(server, isNamed('click Buy'))
      const request = await waitForSpan(server, isRequestTo('/api/buy'))
      expect([request.traceId, request.parentSpanId]).toEqual([click.traceId, click.spanId])
      expect(click.traceId).toMatch(/^[\da-f]{32}$/)
    })
  }
}
