import { build } from 'esbuild'
import { attribute, expect, isNamed, isRequestTo, test, waitForSpan, waitForSpans } from './fixtures.ts'

/** An app with the stock packages in it, bundled as an app would. */
async function app(code: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  return `<script>${result.outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

test('the stock instrumentations, passed in, take the place of ours', async ({ page, serve, server }) => {
  const code = await app(`
    import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
    import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request'
    import { startTracing } from '@throughline/otel-web'
    window.throughline = startTracing({
      serviceName: 'app',
      instrumentations: [
        new FetchInstrumentation({ ignoreNetworkEvents: true, ignoreUrls: [/v1.traces/] }),
        new XMLHttpRequestInstrumentation({ ignoreNetworkEvents: true }),
      ],
    })`)
  await page.goto(serve('/', code, { script: ' ' }))
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
  const code = await app(`
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
    import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
    import { startTracing } from '@throughline/otel-web'
    const exporter = new OTLPTraceExporter({ url: location.origin + '/v1/traces' })
    window.throughline = startTracing({
      serviceName: 'app',
      spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 200 })],
    })`)
  await page.goto(serve('/', code, { script: ' ' }))
  await page.evaluate(() =>
    window.throughline?.action('twice', async () => void (await fetch('/api/x')).status),
  )
  const spans = await waitForSpans(server, isNamed('twice'), 2)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(1)
})

test("an app's own @opentelemetry/api works inside an action", async ({ page, serve, server }) => {
  const code = await app(`
    import { trace, context, propagation } from '@opentelemetry/api'
    import { startTracing } from '@throughline/otel-web'
    window.throughline = startTracing({ serviceName: 'app' })
    window.run = () => window.throughline.action('outer', async () => {
      const tracer = trace.getTracer('app', '2.0.0')
      await tracer.startActiveSpan('inner', async (span) => {
        await (await fetch('/api/inner')).text()
        const carrier = {}
        propagation.inject(context.active(), carrier)
        span.setAttribute('app.injected', carrier.traceparent)
        span.addEvent('thought')
        span.end()
      })
    })`)
  await page.goto(serve('/', code, { script: ' ' }))
  await page.evaluate('run()')
  const outer = await waitForSpan(server, isNamed('outer'))
  const inner = await waitForSpan(server, isNamed('inner'))
  const request = await waitForSpan(server, isRequestTo('/api/inner'))
  expect(inner.parentSpanId).toBe(outer.spanId)
  expect(request.parentSpanId).toBe(inner.spanId)
  expect(String(attribute(inner, 'app.injected'))).toContain(inner.spanId)
})
