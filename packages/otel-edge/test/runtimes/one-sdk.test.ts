import { trace } from '@opentelemetry/api'
import { expectTrace, kindOf } from '@throughline/otel-testing'
import {
  type Collector,
  type HttpServer,
  startCollector,
  startHttpServer,
} from '@throughline/otel-testing/node'
import { Hono, type MiddlewareHandler } from 'hono'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const SHARED = Symbol.for('throughline.otel-edge.1')
const nativeFetch = globalThis.fetch
let collector: Collector
let upstream: HttpServer
let traceparents: (string | string[] | undefined)[]

beforeEach(async () => {
  vi.resetModules()
  // A new process.
  for (const key of [SHARED, Symbol.for('opentelemetry.js.api.1')]) Reflect.deleteProperty(globalThis, key)
  traceparents = []
  collector = await startCollector()
  upstream = await startHttpServer((request, response) => {
    traceparents.push(request.headers.traceparent)
    response.end('3')
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  globalThis.fetch = nativeFetch
  await upstream.close()
  await collector.close()
})

/** Loads a copy of the package, as another bundle of the same process does. */
async function loadCopy(): Promise<typeof import('../../src/index.ts')> {
  vi.resetModules()
  return import('../../src/index.ts')
}

/** Requests an app with this middleware, whose handler makes one request. Its trace has one span for each. */
async function expectOneTrace(middleware: readonly MiddlewareHandler[], flush: () => Promise<void>) {
  const app = new Hono()
  for (const each of middleware) app.use(each)
  app.get('/products/:id', async (c) => c.text(await (await fetch(upstream.url)).text()))
  const response = await app.request('http://shop.example/products/7')
  expect(await response.text()).toBe('3')
  await flush()
  const root = await expectTrace(collector, {
    name: 'GET /products/:id',
    kind: 'SERVER',
    children: [{ name: 'GET', kind: 'CLIENT', children: [] }],
  })
  expect(collector.spans()).toHaveLength(2)
  expect(traceparents).toEqual([expect.stringContaining(root.traceId)])
}

const options = () => ({ exporter: { url: collector.tracesUrl, windowMillis: 3_600_000 } })

test('an app with tracing() twice has one span for each request', async () => {
  const { flush, tracing } = await loadCopy()
  await expectOneTrace([tracing(options()), tracing(options())], flush)
})

test('an app with two copies of the package has one span for each request', async () => {
  const warn = vi.spyOn(console, 'warn')
  const [one, other] = [await loadCopy(), await loadCopy()]
  await expectOneTrace([one.tracing(options()), other.tracing(options())], one.flush)
  expect(warn).not.toHaveBeenCalled()
})

test('an app that a development server has loaded again has one span for each request', async () => {
  const before = await loadCopy()
  await new Hono().use(before.tracing(options())).request('http://shop.example/')
  const after = await loadCopy()
  collector = await startCollector()
  await expectOneTrace([after.tracing(options())], after.flush)
})

test('two versions of the package cause one warning', async () => {
  await loadCopy()
  const { versions } = Reflect.get(globalThis, SHARED) as { versions: Set<string> }
  versions.clear()
  versions.add('0.0.9')
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await loadCopy()
  await loadCopy()
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('more than one version of @throughline/otel-edge is loaded: 0.0.9, ')],
  ])
})

test('a fetch that a framework traces through the OpenTelemetry API is one span', async () => {
  globalThis.fetch = (...args) =>
    trace.getTracer('framework').startActiveSpan('fetch', async (span) => {
      const response = await nativeFetch(...args)
      span.end()
      return response
    })
  const { flush, tracing } = await loadCopy()
  await expectOneTrace([tracing(options())], flush)
})

test('a request that the body of another request waits for is traced', async () => {
  const { flush, tracing } = await loadCopy()
  const app = new Hono()
  app.use(tracing(options()))
  app.get('/', async (c) => {
    const body = new ReadableStream(
      {
        async pull(out) {
          out.enqueue(await (await fetch(`${upstream.url}/inner`)).bytes())
          out.close()
        },
      },
      { highWaterMark: 0 },
    )
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    return c.text(await (await fetch(upstream.url, init)).text())
  })
  await (await app.request('http://shop.example/')).text()
  await flush()
  expect(collector.spans().filter((span) => kindOf(span) === 'CLIENT')).toHaveLength(2)
})
