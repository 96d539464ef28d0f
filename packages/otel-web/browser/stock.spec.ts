import { join } from 'node:path'
import { build } from 'esbuild'
import { attribute, expect, isNamed, isRequestTo, test, waitForSpan, waitForSpans } from './fixtures.ts'

/** An app with stock packages in it, bundled as an app would. */
async function app(name: string): Promise<string> {
  const result = await build({
    entryPoints: [join(import.meta.dirname, `stock/${name}.ts`)],
    bundle: true,
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

test("an app's own @opentelemetry/api works inside an action", async ({ page, serve, server }) => {
  await page.goto(serve('/', await app('api'), { script: ' ' }))
  await page.evaluate('run()')
  const outer = await waitForSpan(server, isNamed('outer'))
  const inner = await waitForSpan(server, isNamed('inner'))
  const request = await waitForSpan(server, isRequestTo('/api/inner'))
  expect(inner.parentSpanId).toBe(outer.spanId)
  expect(request.parentSpanId).toBe(inner.spanId)
  expect(String(attribute(inner, 'app.injected'))).toContain(inner.spanId)
})
