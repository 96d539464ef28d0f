import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { trace } from '@opentelemetry/api'
import { expectTrace } from '@throughline/otel-testing'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import { type EdgeOptions, tracing } from '../index.ts'

const UNSAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02'

async function send(
  options: EdgeOptions,
  paths: readonly string[],
  { headers = {}, env = {} }: { headers?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<Response[]> {
  const app = new Hono()
  app.use(tracing(options))
  app.get('/work', async (c) => {
    await fetch('data:text/plain,x').catch(() => undefined)
    return c.text('ok')
  })
  app.get('/slow', (c) => {
    vi.setSystemTime(Date.now() + 50)
    return c.text('slow')
  })
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.onError((_, c) => c.text('sorry', 500))
  const ctx = createExecutionContext()
  const responses = []
  for (const path of paths)
    responses.push(await app.fetch(new Request(`http://x${path}`, { headers }), env, ctx))
  await waitOnExecutionContext(ctx)
  return responses
}

const never = { name: 'always_off' } as const

describe('head sampling', () => {
  test('an unsampled parent is followed: nothing is exported, and flags 00 are sent', async () => {
    const collector = new TestCollector()
    const [response] = await send(collector.options(), ['/work'], { headers: { traceparent: UNSAMPLED } })
    expect(response?.headers.get('server-timing')).toMatch(
      /00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-02/,
    )
    expect(await collector.exports()).toEqual([])
  })

  test('the standard variables choose the sampler, and options take precedence', async () => {
    const collector = new TestCollector()
    const env = { OTEL_TRACES_SAMPLER: 'always_off' }
    await send(collector.options(), ['/work'], { env })
    expect(await collector.exports()).toEqual([])
    await send(collector.options({ sampler: { name: 'always_on' } }), ['/work'], { env })
    await expectTrace(collector, { name: 'GET /work' })
  })

  test('a ratio samples the same traces in every service, and propagates its threshold in tracestate', async () => {
    const collector = new TestCollector()
    await send(
      collector.options({ sampler: { name: 'traceidratio', ratio: 0.5 } }),
      Array(40).fill('/slow').slice(0, 4),
    )
    await send(collector.options({ sampler: { name: 'traceidratio', ratio: 0.5 } }), Array(60).fill('/work'))
    const spans = await collector.waitForSpans(10)
    for (const span of spans.filter(({ kind }) => kind === 2)) {
      expect(span.traceState).toBe('ot=th:8')
      expect(Number.parseInt(span.traceId[18] ?? '0', 16)).toBeGreaterThanOrEqual(8)
    }
  })

  test('rules set the ratio by path, and maxPerSecond limits the traces per second', async () => {
    const collector = new TestCollector()
    const rules = [
      { path: '/slow', ratio: 0 },
      { path: /^\/w/, ratio: 1 },
    ]
    await send(collector.options({ sampler: { ...never, rules } }), ['/slow', '/work', '/broken'])
    const spans = await collector.waitForSpans(1)
    expect(spans.filter(({ kind }) => kind === 2).map(({ name }) => name)).toEqual(['GET /work'])

    const capped = new TestCollector()
    let now = 1_000_000
    const options = capped.options({ sampler: { maxPerSecond: 2 }, now: () => now })
    await send(options, ['/broken', '/broken', '/broken', '/broken'])
    now += 1_000
    await send(options, ['/broken'])
    expect(await capped.waitForSpans(3)).toHaveLength(3)
  })
})

describe('consistent probability sampling', () => {
  const ratio = { sampler: { name: 'traceidratio', ratio: 0.5 } } as const
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03'

  test('the explicit randomness of a trace decides, and the threshold of this service replaces that of the parent', async () => {
    const collector = new TestCollector()
    const tracestate = 'other=1,ot=th:4;rv:80000000000000'
    await send(collector.options(ratio), ['/slow'], { headers: { traceparent, tracestate } })
    const [span] = await collector.waitForSpans(1)
    expect(span?.traceState).toBe('ot=th:8;rv:80000000000000,other=1')
  })

  test('a trace below the threshold is not sampled, and no threshold is propagated', async () => {
    const collector = new TestCollector()
    const tracestate = 'ot=th:4;rv:7fffffffffffff'
    const headers = { traceparent, tracestate }
    const [response] = await send(collector.options(ratio), ['/slow'], { headers })
    expect(response?.headers.get('server-timing')).toMatch(/^traceparent;desc="00-.{32}-.{16}-02"/)
    expect(await collector.exports()).toEqual([])
  })

  test('a parent-based sampler propagates the threshold of the parent', async () => {
    const collector = new TestCollector()
    const headers = { traceparent, tracestate: 'ot=th:4' }
    await send(collector.options({ sampler: { name: 'parentbased_traceidratio', ratio: 0.5 } }), ['/slow'], {
      headers,
    })
    const [span] = await collector.waitForSpans(1)
    expect(span?.traceState).toBe('ot=th:4')
  })
})

test('maxPerSecond limits sampled traces of public callers, and not those of internal callers', async () => {
  const headers = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03',
    'sec-fetch-site': 'same-origin',
  }
  const sampler = { maxPerSecond: 1 }
  const door = new TestCollector()
  const now = () => 1_000_000
  const responses = await send(door.options({ trust: 'same-origin', sampler, now }), ['/work', '/work'], {
    headers,
  })
  expect(responses[0]?.headers.get('server-timing')).toMatch(/^traceparent;desc="00-.{32}-.{16}-03"/)
  expect(responses[1]?.headers.get('server-timing')).toMatch(/^traceparent;desc="00-.{32}-.{16}-02"/)

  const behind = new TestCollector()
  await send(behind.options({ trust: 'internal', sampler, now }), ['/slow', '/slow'], { headers })
  expect(await behind.waitForSpans(2)).toHaveLength(2)
})

describe('the number of requests that a public caller can force by a sampled flag', () => {
  const traceparent = (trace: number) =>
    `00-${trace.toString(16).padStart(8, '0').padStart(32, 'f')}-b7ad6b7169203331-01`
  /** The number of recorded requests, of `traces` traces in one second with `requestsEach` requests each. */
  const recorded = async (options: EdgeOptions, traces: number, requestsEach = 1) => {
    const collector = new TestCollector()
    const app = new Hono()
      .use(tracing({ ...collector.options(options), now: () => 1_000_000 }))
      .get('/', (c) => c.text('ok'))
    const ctx = createExecutionContext()
    for (let index = 0; index < traces * requestsEach; index++) {
      const headers = { traceparent: traceparent(index % traces), 'sec-fetch-site': 'same-origin' }
      await app.fetch(new Request('http://x/', { headers }), {}, ctx)
    }
    await waitOnExecutionContext(ctx)
    return (await collector.spans()).length
  }
  const ratio = (value: number) => ({ name: 'parentbased_traceidratio', ratio: value })

  test.each<[string, EdgeOptions, [traces: number, requestsEach: number], number]>([
    ['10 traces a second by default', { sampler: ratio(0) }, [300, 1], 10],
    ['10 traces a second with ids that the ratio samples', { sampler: ratio(0.5) }, [300, 1], 10],
    [
      '10 traces a second where the sampler is not parent-based',
      { sampler: { name: 'traceidratio', ratio: 0.5 } },
      [300, 1],
      10,
    ],
    ['50 requests of one trace', { sampler: ratio(0) }, [1, 300], 50],
    ['maxForcedPerSecond traces a second', { sampler: { ...ratio(0), maxForcedPerSecond: 3 } }, [20, 2], 6],
    ['none with maxForcedPerSecond 0', { sampler: { ...ratio(0), maxForcedPerSecond: 0 } }, [5, 1], 0],
    ['all with a ratio of 1', { sampler: ratio(1) }, [100, 1], 100],
    ['all with the default sampler, which records everything', {}, [100, 1], 100],
  ])('a public caller can force %s', async (_, options, [traces, requestsEach], count) => {
    expect(await recorded({ trust: 'same-origin', ...options }, traces, requestsEach)).toBe(count)
  })

  test('the sampled flag of every internal caller is followed', async () => {
    expect(await recorded({ trust: 'internal', sampler: ratio(0) }, 60)).toBe(60)
  })
})

describe('OTEL_SDK_DISABLED', () => {
  const env = { OTEL_SDK_DISABLED: 'true' }
  const app = new Hono()
    .use(tracing())
    .get('/', async (c) => c.json(await (await fetch(`${new TestCollector().url}/echo`)).json()))
  const forwarded = async (headers: Record<string, string>) => {
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/', { headers }), env, ctx)
    await waitOnExecutionContext(ctx)
    expect(response.headers.get('server-timing')).toBeNull()
    return (await response.json()) as Record<string, string>
  }

  test('the incoming context is passed through unchanged, because an unrecorded span cannot be a parent', async () => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=1',
      baggage: 'tier=gold',
    }
    expect(await forwarded(headers)).toMatchObject(headers)
  })

  test('a request with context headers of its own is sent with them, even if they are malformed', async () => {
    const own = { traceparent: 'odd', baggage: 'not baggage' }
    const proxy = new Hono()
      .use(tracing())
      .get('/', async (c) =>
        c.json(await (await fetch(`${new TestCollector().url}/echo`, { headers: own })).json()),
      )
    const ctx = createExecutionContext()
    const response = await proxy.fetch(new Request('http://x/'), env, ctx)
    expect(await response.json()).toMatchObject(own)
    await waitOnExecutionContext(ctx)
  })

  test('without an incoming context no context is sent', async () => {
    expect(await forwarded({})).not.toHaveProperty('traceparent')
  })

  /** The headers of the request that a worker sends to a server when OTEL_SDK_DISABLED is set. */
  const received = async (
    handler: (request: Request, url: string) => Promise<Response>,
    request: RequestInit,
    vars: Record<string, string> = {},
    options: EdgeOptions = {},
  ) => {
    const ctx = createExecutionContext()
    const proxy = new Hono()
      .use(tracing(options))
      .all('/', (c) => handler(c.req.raw, `${new TestCollector().url}/echo`))
    const response = await proxy.fetch(new Request('http://x/', request), { ...env, ...vars }, ctx)
    await waitOnExecutionContext(ctx)
    return (await response.json()) as Record<string, string>
  }
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  test.each([{}, { traceparent }])(
    'a Request passed as the options of a fetch is sent unchanged (%o)',
    async (headers) => {
      const seen = await received((request, url) => fetch(url, request), {
        method: 'POST',
        body: '{"order":1}',
        headers,
      })
      expect(seen).toMatchObject({ ':method': 'POST', ':body': '{"order":1}', ...headers })
    },
  )

  test('the baggage of the app is sent, with and without incoming baggage', async () => {
    for (const headers of [{}, { traceparent, baggage: 'tier=gold' }]) {
      const seen = await received((_, url) => fetch(url, { headers: { baggage: 'tenant=7' } }), { headers })
      expect(seen.baggage).toBe('tenant=7')
      expect(seen.traceparent).toBe(headers.traceparent)
    }
  })

  test('no context is sent to an origin that `propagateTo` does not list', async () => {
    const options = { propagateTo: ['https://partner.example'] }
    const seen = await received((_, url) => fetch(url), { headers: { traceparent } }, {}, options)
    expect(seen).not.toHaveProperty('traceparent')
  })

  test('a deferred sampling decision is passed on as deferred', async () => {
    const ids = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
    const ask = (headers: Record<string, string>, OTEL_PROPAGATORS: string) =>
      received((_, url) => fetch(url), { headers }, { OTEL_PROPAGATORS })
    const single = await ask({ b3: ids, baggage: 'tier=gold' }, 'tracecontext,baggage,b3')
    expect(single).toMatchObject({ b3: ids, baggage: 'tier=gold' })
    expect(single).not.toHaveProperty('traceparent')
    const [traceId = '', spanId = ''] = ids.split('-')
    const multi = await ask({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId }, 'b3multi')
    expect(multi).toMatchObject({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId })
    expect(multi).not.toHaveProperty('x-b3-sampled')
  })
})

describe('tail sampling', () => {
  test.each([
    ['without `keep`, the span of an unsampled request records nothing', {}, false],
    ['with `keep`, it records until the decision', { keep: { errors: true } }, true],
  ])('%s', async (_, options, isRecording) => {
    const collector = new TestCollector()
    const app = new Hono()
    app.use(tracing(collector.options({ sampler: never, ...options })))
    app.get('/', (c) => c.json(trace.getActiveSpan()?.isRecording()))
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/'), {}, ctx)
    await waitOnExecutionContext(ctx)
    expect(await response.json()).toBe(isRecording)
  })

  test('a request that fails is exported with its subtree and marked; one that succeeds is not exported', async () => {
    const collector = new TestCollector()
    await send(collector.options({ sampler: never, keep: { errors: true } }), ['/work', '/broken'])
    await expectTrace(collector, {
      name: 'GET /broken',
      status: 'ERROR',
      attributes: { 'throughline.kept': 'error' },
    })
    const spans = await collector.spans()
    expect(spans).toHaveLength(1)
  })

  test('a slow request is exported', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const collector = new TestCollector()
    await send(collector.options({ sampler: never, keep: { slowMillis: 50 } }), ['/work', '/slow'])
    await expectTrace(collector, {
      name: 'GET /slow',
      attributes: { 'throughline.kept': 'slow' },
    })
    const spans = await collector.spans()
    expect(spans).toHaveLength(1)
  })
})
