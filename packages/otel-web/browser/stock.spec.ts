import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import {
  attribute,
  expect,
  isNamed,
  isRequestTo,
  test,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'
import { startTestServer } from './test-server.ts'

/** What apps have of OpenTelemetry's API: two minor versions, of which an older one gives a newer one no-ops. */
const APIS = {
  '1.9': {},
  '1.10': { '@opentelemetry/api': fileURLToPath(import.meta.resolve('opentelemetry-api-newest')) },
}

/** An app with stock packages in it, bundled as an app would. */
async function app(name: string, alias: Record<string, string> = {}): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, `stock/${name}.ts`)],
    bundle: true,
    alias,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  return `<script>${result.outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

test('the stock instrumentations, passed in, take the place of ours', async ({ page, serve, server }) => {
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

test('a stock processor and exporter get the same spans', async ({ page, serve, server }) => {
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
    const outer = await waitForSpan(server, isNamed('outer'))
    const inner = await waitForSpan(server, isNamed('inner'))
    const request = await waitForSpan(server, isRequestTo('/api/inner'))
    expect(inner.parentSpanId).toBe(outer.spanId)
    expect(request.parentSpanId).toBe(inner.spanId)
    expect(String(attribute(inner, 'app.injected'))).toContain(inner.spanId)
  })

  test(`beside the script tag, an app's own copy of @opentelemetry/api ${version} works in a click`, async ({
    page,
    visit,
    serve,
    server,
  }) => {
    await visit(serve('/', `<button>Buy</button>${await app('own-api', alias)}`))
    await page.click('button')
    const click = await waitForSpan(server, isNamed('click Buy'))
    const span = await waitForSpan(server, isNamed('checkout'))
    const request = await waitForSpan(server, isRequestTo('/api/inside'))
    expect(span.parentSpanId).toBe(click.spanId)
    expect(request.parentSpanId).toBe(span.spanId)
    expect(String(attribute(span, 'app.injected'))).toContain(span.spanId)
  })
}

test('tracestate and baggage of the context go along, but not to strangers', async ({
  page,
  serve,
  server,
}) => {
  const stranger = await startTestServer()
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
  test(`OpenTelemetry’s own SDK, started ${order} ours: both trace, and the page has its requests`, async ({
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
    await expect.poll(() => server.posts.some(({ apiKey }) => apiKey === 'second')).toBe(true)
    expect(noise).toEqual([])
  })
}
