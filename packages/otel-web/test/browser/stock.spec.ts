import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectTrace, type ReceivedSpan } from '@throughline/otel-testing'
import { startPageServer } from '@throughline/otel-testing/playwright'
import { bundledScript } from './bundled-script.ts'
import {
  attribute,
  expect,
  isNamed,
  isRequestTo,
  SCRIPTS,
  test,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

/** Two minor versions of OpenTelemetry's API. A registration by an older version is ignored by a newer one. */
const APIS = {
  '1.9': {},
  '1.10': { '@opentelemetry/api': fileURLToPath(import.meta.resolve('opentelemetry-api-newest')) },
}

/** An app with stock packages in it, bundled as an app would. */
function app(name: string, alias: Record<string, string> = {}): Promise<string> {
  return bundledScript({ entryPoints: [join(import.meta.dirname, `stock/${name}.ts`)], alias })
}

test('stock instrumentations that are passed in replace the built-in ones', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(serve('/', await app('instrumentations'), { script: ' ' }))
  await page.evaluate(() =>
    window.throughline?.action('stock', async () => {
      await (await fetch('/api/fetched')).text()
      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/api/xhr')
      await new Promise((resolve) => {
        xhr.onload = resolve
        xhr.send()
      })
    }),
  )
  const root = await waitForSpan(server, isNamed('stock'))
  for (const path of ['/api/fetched', '/api/xhr']) {
    const spans = await waitForSpans(server, isRequestTo(path))
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([root.spanId])
    expect(server.requests.find((request) => request.path === path)?.traceparent).toContain(root.traceId)
  }
})

test('a stock processor and a stock exporter get the same spans', async ({ page, serve, server }) => {
  await page.goto(serve('/', await app('exporter'), { script: ' ' }))
  await page.evaluate(() =>
    window.throughline?.action('twice', async () => void (await fetch('/api/x')).status),
  )
  const spans = await waitForSpans(server, isNamed('twice'), 2)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(1)
})

for (const [version, alias] of Object.entries(APIS)) {
  test(`from npm, @opentelemetry/api ${version} works inside an action`, async ({ page, serve, server }) => {
    await page.goto(serve('/', await app('api', alias), { script: ' ' }))
    await page.evaluate('run()')
    const request = { name: 'GET', attributes: { 'url.full': /\/api\/inner/ } }
    await expectTrace(server, { name: 'outer', children: [{ name: 'inner', children: [request] }] })
    const inner = await waitForSpan(server, isNamed('inner'))
    expect(inner.values['app.injected']).toContain(inner.spanId)
  })

  test(`beside the script tag, an app's own copy of @opentelemetry/api ${version} works in a click`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    await visit(serve('/', `<button>Buy</button>${await app('own-api', alias)}`))
    await page.click('button')
    const request = { name: 'GET', attributes: { 'url.full': /\/api\/inside/ } }
    await expectTrace(server, { name: 'click Buy', children: [{ name: 'checkout', children: [request] }] })
    const span = await waitForSpan(server, isNamed('checkout'))
    expect(span.values['app.injected']).toContain(span.spanId)
  })
}

test('tracestate and baggage of the context are sent to allowed origins only', async ({
  page,
  serve,
  server,
}) => {
  const stranger = await startPageServer(SCRIPTS)
  try {
    await page.goto(serve('/', await app('api'), { script: ' ' }))
    await page.evaluate(
      `Promise.all([runAsVendor('/api/mine'), runAsVendor('${stranger.origin}/api/theirs')])`,
    )
    const request = await waitForSpan(server, isRequestTo('/api/mine'))
    expect(request).toMatchObject({ parentSpanId: 'b'.repeat(16), traceState: 'vendor=1' })
    expect(server.requests.find(({ path }) => path === '/api/mine')?.headers).toMatchObject({
      traceparent: `00-${'a'.repeat(32)}-${request.spanId}-01`,
      tracestate: 'vendor=1',
      baggage: 'tenant=acme',
    })
    const names = stranger.requests.flatMap(({ headers }) => Object.keys(headers))
    expect(names).toContain('host')
    expect(names.filter((name) => /^trace|^baggage/.test(name))).toEqual([])
  } finally {
    await stranger.close()
  }
})

for (const order of ['before', 'after'] as const) {
  test(`with OpenTelemetry’s own SDK, started ${order} this one, both trace and the page works`, async ({
    page,
    serve,
    server,
    noise,
  }) => {
    const second = await app('second-sdk')
    const head = order === 'before' ? second : ''
    const body = order === 'after' ? second : ''
    await page.goto(serve('/', `${body}<button>Buy</button>`, { head }))
    await waitForSdk(page)
    await page.evaluate(() => {
      const send = () =>
        new Promise((resolve) => {
          const xhr = new XMLHttpRequest()
          xhr.open('GET', '/api/xhr')
          xhr.onload = resolve
          xhr.send()
        })
      document.querySelector('button')?.addEventListener('click', async () => {
        const answer = await fetch('/api/fetched', {
          method: 'POST',
          headers: { 'x-own': '1' },
          body: 'body',
        })
        await answer.json()
        await send()
        document.title = 'bought'
      })
    })
    await page.click('text=Buy')
    await expect(page).toHaveTitle('bought')
    const click = await waitForSpan(server, isNamed('click Buy'))
    for (const path of ['/api/fetched', '/api/xhr']) {
      const ours = () =>
        server.spans().filter((span) => isRequestTo(path)(span) && span.traceId === click.traceId)
      await expect.poll(() => ours().map(({ parentSpanId }) => parentSpanId)).toEqual([click.spanId])
      const [request, ...others] = server.requests.filter((seen) => seen.path === path)
      expect(others).toEqual([])
      expect(request?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    }
    expect(server.requests.find(({ path }) => path === '/api/fetched')).toMatchObject({
      body: 'body',
      headers: { 'x-own': '1' },
    })
    await expect
      .poll(() => server.exports.some(({ headers }) => headers['x-api-key'] === 'second'))
      .toBe(true)
    expect(noise).toEqual([])
  })
}

for (const order of ['before', 'after'] as const) {
  test(`with OpenTelemetry’s own SDK, started ${order} this one, neither records exports of the other`, async ({
    page,
    serve,
    server,
  }) => {
    const second = await app('second-sdk')
    const head = order === 'before' ? second : ''
    const body = order === 'after' ? second : ''
    await page.goto(serve('/', `${body}<button onclick="fetch('/api/x')">Buy</button>`, { head }))
    await waitForSdk(page)
    await page.click('button')
    await waitForSpan(server, isNamed('click Buy'))
    await expect
      .poll(() => server.exports.some(({ headers }) => headers['x-api-key'] === 'second'))
      .toBe(true)
    // If one recorded an export of the other, it would send that span with one of the later clicks.
    for (const clicks of [2, 3, 4]) {
      await page.click('button')
      for (const service of ['test-web', 'second']) {
        const isRequest = (span: ReceivedSpan) =>
          span.service === service && JSON.stringify(span.attributes).includes('/api/x')
        await waitForSpans(server, isRequest, clicks)
      }
    }
    const exports = server.spans().filter((span) => JSON.stringify(span.attributes).includes('/v1/traces'))
    expect(exports).toEqual([])
  })
}

test('telemetry exports of any SDK have no span, and other requests to similar paths have one', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(async () =>
    window.throughline?.action('requests', async () => {
      const headers = { 'content-type': 'application/json' }
      for (const path of ['/api/v1/traces', '/api/v1/metrics', '/api/v1/logs', '/api/v1/traces?key=1']) {
        await fetch(path, { method: 'POST', headers, body: '{}' })
        await fetch(new Request(path, { method: 'POST', headers, body: '{}' }))
        navigator.sendBeacon(path, '{}')
        const xhr = new XMLHttpRequest()
        xhr.open('post', path)
        await new Promise((resolve) => {
          xhr.onload = resolve
          xhr.send('{}')
        })
      }
      await fetch('/api/v1/traces')
      await fetch('/api/v1/traces/17', { method: 'POST', body: '{}' })
      await fetch('/api/v1/tracesx', { method: 'POST', body: '{}' })
    }),
  )
  await waitForSpan(server, isNamed('requests'))
  const requests = await waitForSpans(server, isRequestTo('/api/v1/'), 3)
  expect(
    requests.map((span) => `${span.name} ${String(attribute(span, 'url.full')).split('/api')[1]}`),
  ).toEqual(['GET /v1/traces', 'POST /v1/traces/17', 'POST /v1/tracesx'])
  const exports = () =>
    server.requests.filter(
      ({ method, path }) => method === 'POST' && /(?:traces|metrics|logs)(?:\?|$)/.test(path),
    )
  // The page cannot wait for its beacons.
  await expect.poll(exports).toHaveLength(16)
  expect(exports().filter(({ traceparent }) => traceparent)).toEqual([])
})
