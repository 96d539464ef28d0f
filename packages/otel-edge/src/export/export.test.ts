import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { decodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { expectTrace } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { type EdgeOptions, tracing } from '../index.ts'

function worker(options: EdgeOptions) {
  const app = new Hono()
  app.use(tracing(options))
  app.get('/:id', (c) => c.text(c.req.param('id')))
  return {
    /** Sends a request. Resolves with the time until the response, and a promise that resolves after `waitUntil`. */
    async get(id: number | string, env: object = {}): Promise<{ millis: number; settled: Promise<void> }> {
      const ctx = createExecutionContext()
      const started = performance.now()
      const response = await app.fetch(new Request(`http://x/${id}`), env, ctx)
      expect(await response.text()).toBe(String(id))
      return { millis: performance.now() - started, settled: waitOnExecutionContext(ctx) }
    },
  }
}

const ids = (spans: readonly { values: Record<string, unknown> }[]) =>
  spans.map(({ values }) => Number(String(values['url.path']).slice(1))).sort((a, b) => a - b)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('one POST for many spans', () => {
  test('the spans of an isolate’s requests leave in one POST, gzipped, with the resource once', async () => {
    const collector = new TestCollector()
    const { get } = worker(
      collector.options({
        serviceVersion: '1.2',
        exporter: { url: collector.tracesUrl, batchDelayMillis: 100 },
      }),
    )
    await Promise.all(upTo(40).map(async (id) => (await get(id)).settled))
    const posts = await collector.exports()
    expect(posts).toHaveLength(1)
    expect(posts[0]?.headers['content-encoding']).toBe('gzip')
    expect(posts[0]?.headers['content-type']).toBe('application/json')
    expect(ids(await collector.spans())).toEqual(upTo(40))
    const [request] = await collector.requests()
    const keys = request?.resourceSpans?.[0]?.resource.attributes.map(({ key }) => key)
    expect(keys).toEqual(
      expect.arrayContaining([
        'service.name',
        'service.version',
        'service.instance.id',
        'host.id',
        'telemetry.sdk.name',
        'telemetry.distro.name',
      ]),
    )
  })

  test('protobuf by OTEL_EXPORTER_OTLP_PROTOCOL, with the headers of the environment', async () => {
    const collector = new TestCollector()
    const { get } = worker({ serviceName: 'test', exporter: { batchDelayMillis: 5 } })
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.tracesUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
    }
    await (await get(7, env)).settled
    const [post] = await collector.exports()
    expect(post?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      authorization: 'Bearer abc',
    })
    expect(post?.headers['content-encoding']).toBeUndefined()
    const decoded = decodeTraceRequestProtobuf(post?.body ?? new Uint8Array())
    expect(decoded).toMatchObject({
      ok: true,
      rejectedSpans: 0,
      request: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'GET /:id', kind: 2 }] }] }] },
    })
  })
})

describe('work after its invocation', () => {
  test.each([
    ['is not read', false, async (response: Response) => void response.status],
    ['is read', true, async (response: Response) => void (await response.text())],
    [
      'is read later',
      true,
      async (response: Response) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        await response.text()
      },
    ],
  ])('a fetch in waitUntil whose response %s has a span', async (_, isRead, use) => {
    const collector = new TestCollector()
    const app = new Hono().use(tracing(collector.options())).get('/', (c) => {
      c.executionCtx.waitUntil(
        (async () => {
          await new Promise((resolve) => setTimeout(resolve, 30))
          await use(await fetch(`${collector.url}/slow/100`))
        })(),
      )
      return c.text('ok')
    })
    const ctx = createExecutionContext()
    await (await app.fetch(new Request('http://x/'), {}, ctx)).text()
    await waitOnExecutionContext(ctx)
    await expectTrace(collector, { name: 'GET /', children: [{ name: 'GET', kind: 'CLIENT' }] })
    const spans = await collector.spans()
    const { durationMillis } = spans.find(({ name }) => name === 'GET') ?? { durationMillis: 0 }
    if (isRead) expect(durationMillis).toBeGreaterThan(90)
  })

  test('a context made from ROOT_CONTEXT belongs to the invocation of the running code', async () => {
    const collector = new TestCollector()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const app = new Hono().use(tracing(collector.options())).get('/', async (c) => {
      const job = propagation.extract(ROOT_CONTEXT, { traceparent })
      await context.with(job, () =>
        trace.getTracer('job').startActiveSpan('work', async (span) => {
          await (await fetch(`${collector.url}/echo`)).text()
          span.end()
        }),
      )
      return c.text('ok')
    })
    const ctx = createExecutionContext()
    await app.fetch(new Request('http://x/'), {}, ctx)
    await waitOnExecutionContext(ctx)
    const spans = await collector.spans()
    const work = spans.find(({ name }) => name === 'work')
    expect(work).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    })
    expect(spans.find(({ name }) => name === 'GET')?.parentSpanId).toBe(work?.spanId)
  })

  test('a data: URL is recorded as its media type, and texts have at most 16 kB', async () => {
    const collector = new TestCollector()
    const app = new Hono().use(tracing(collector.options())).get('/', async () => {
      await (await fetch(`data:text/plain;base64,${'QUJD'.repeat(10_000)}`)).text()
      throw new Error('x'.repeat(300_000))
    })
    app.onError((_, c) => c.text('sorry', 500))
    const ctx = createExecutionContext()
    await app.fetch(new Request('http://x/'), {}, ctx)
    await waitOnExecutionContext(ctx)
    const [post] = await collector.exports()
    expect(post?.body.length).toBeLessThan(40_000)
    const spans = await collector.spans()
    expect(spans.find(({ name }) => name === 'GET')?.values['url.full']).toBe('data:text/plain')
  })
})

describe('failures of the collector', () => {
  test('503 with Retry-After is retried after that time, and no span is lost', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '1' }, times: 2 })
    const { get } = worker(collector.options())
    const started = performance.now()
    const { settled } = await get(1)
    await settled
    expect(ids(await collector.spans())).toEqual([1])
    expect(performance.now() - started).toBeGreaterThan(2_000)
  })

  test('a Retry-After of 0 is ignored: the next attempt is not immediate', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '0' }, times: 2 })
    const { get } = worker(collector.options())
    const started = performance.now()
    await (await get(1)).settled
    expect(ids(await collector.spans())).toEqual([1])
    // Two delays, each of at least three quarters of the full delay.
    expect(performance.now() - started).toBeGreaterThan(0.75 * (500 + 1_000))
  })

  test.each([429, 502, 504])('a response with status %i is retried', async (status) => {
    const collector = new TestCollector()
    await collector.answerExports({ status, times: 1 })
    const { get } = worker(collector.options())
    await (await get(1)).settled
    expect(ids(await collector.spans())).toEqual([1])
  })

  test('a rejected batch is not retried, and its count is sent with the next batch', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 400, times: 1 })
    const { get } = worker(collector.options())
    await (await get(1)).settled
    await (await get(2)).settled
    expect(ids(await collector.spans())).toEqual([2])
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: '1' },
    })
  })

  test('rejected spans of a stored batch are counted as dropped', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 200, body: '{"partialSuccess":{"rejectedSpans":"1"}}', times: 1 })
    const { get } = worker(collector.options())
    await (await get(1)).settled
    await (await get(2)).settled
    const [, second] = await collector.spans()
    expect(second?.resource['throughline.dropped_spans']).toBe(1)
  })

  test('no span is lost and no response delayed while the collector refuses connections', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ cutAfterMillis: 0 })
    const { get } = worker(collector.options())
    const settled: Promise<void>[] = []
    for (const id of upTo(60)) {
      if (id === 40) await collector.answerExports()
      const request = await get(id)
      expect(request.millis).toBeLessThan(1_000)
      settled.push(request.settled)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await Promise.all(settled)
    await vi.waitFor(async () => expect(ids(await collector.spans())).toEqual(upTo(60)), { timeout: 60_000 })
  })

  test('later spans are exported while 40 exports hang, whose spans are exported after them', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ cutAfterMillis: 60_000 })
    const { get } = worker(
      collector.options({
        exporter: { url: collector.tracesUrl, batchDelayMillis: 1, timeoutMillis: 1_500 },
      }),
    )
    const settled: Promise<void>[] = []
    for (const id of upTo(40)) {
      const request = await get(id)
      expect(request.millis).toBeLessThan(1_000)
      settled.push(request.settled)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await collector.answerExports()
    settled.push((await get(40)).settled)
    await Promise.all(settled)
    await vi.waitFor(async () => expect(ids(await collector.spans())).toEqual(upTo(41)), { timeout: 60_000 })
  })

  test('spans beyond the memory limit are dropped, and their count is sent with the next export', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '1' } })
    const app = new Hono()
    app.use(tracing(collector.options()))
    app.get('/many', (c) => {
      const value = 'x'.repeat(4_000)
      const attributes = Object.fromEntries(upTo(20).map((index) => [`a${index}`, value]))
      for (const index of upTo(300)) trace.getTracer('app').startSpan(`s${index}`, { attributes }).end()
      return c.text('many')
    })
    const ctx = createExecutionContext()
    await (await app.fetch(new Request('http://x/many'), {}, ctx)).text()
    await new Promise((resolve) => setTimeout(resolve, 500))
    await collector.answerExports()
    await waitOnExecutionContext(ctx)
    const delivered = (await collector.spans()).length
    const dropped = (await collector.requests()).flatMap(({ resourceSpans = [] }) =>
      resourceSpans.flatMap(({ resource }) =>
        resource.attributes.flatMap(({ key, value }) =>
          key === 'throughline.dropped_spans' ? [Number(value.intValue)] : [],
        ),
      ),
    )
    const droppedTotal = dropped.reduce((sum, count) => sum + count, 0)
    expect(droppedTotal).toBeGreaterThan(50)
    // 300 spans of the app and the server span.
    expect(delivered + droppedTotal).toBe(301)
  })

  test('the spans of an invocation that is cancelled before it sends are not lost', async () => {
    const collector = new TestCollector()
    const app = new Hono()
    app.use(tracing(collector.options()))
    app.get('/:id', (c) => c.text('ok'))
    // The runtime cancels the `waitUntil` promises of a killed request. Here, a timer that never fires has the same effect.
    const cancelled = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }
    vi.spyOn(globalThis, 'setTimeout').mockImplementationOnce(() => 0 as never)
    await app.fetch(new Request('http://x/1'), {}, cancelled as unknown as ExecutionContext)
    vi.restoreAllMocks()
    await vi.waitFor(
      async () => {
        const ctx = createExecutionContext()
        await app.fetch(new Request('http://x/2'), {}, ctx)
        await waitOnExecutionContext(ctx)
        expect(ids(await collector.spans())[0]).toBe(1)
      },
      { timeout: 60_000, interval: 300 },
    )
  })

  test('the former option name windowMillis sets batchDelayMillis, which takes precedence', async () => {
    const collector = new TestCollector()
    // No invocation waits as long as a minute.
    const exporter = { url: collector.tracesUrl, windowMillis: 60_000 }
    await (await worker({ serviceName: 'former', exporter }).get(1)).settled
    expect(await collector.exports()).toEqual([])
    await (await worker({ serviceName: 'new', exporter: { ...exporter, batchDelayMillis: 1 } }).get(2))
      .settled
    expect(ids(await collector.spans())).toEqual([2])
  })

  test('without an address no span is sent, and requests succeed', async () => {
    const { get } = worker({ serviceName: 'nowhere' })
    await (await get(1)).settled
  })
})
