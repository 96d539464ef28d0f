import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../test/collector.ts'
import { type EdgeOptions, tracing } from './index.ts'

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
  app.get('/slow', async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 60))
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
  test('an unsampled parent is followed: nothing is exported, flags 0 go on', async () => {
    const collector = new TestCollector()
    const [response] = await send(collector.options(), ['/work'], { headers: { traceparent: UNSAMPLED } })
    expect(response?.headers.get('server-timing')).toMatch(
      /00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-02/,
    )
    expect(await collector.posts()).toEqual([])
  })

  test('the sampler is chosen by the standard variables, code wins', async () => {
    const collector = new TestCollector()
    const env = { OTEL_TRACES_SAMPLER: 'always_off' }
    await send(collector.options(), ['/work'], { env })
    expect(await collector.posts()).toEqual([])
    await send(collector.options({ sampler: { name: 'always_on' } }), ['/work'], { env })
    await collector.expectTrace({ name: 'GET /work' })
  })

  test('a ratio keeps the same traces everywhere, and says its threshold in tracestate', async () => {
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

  test('rules choose by path, a cap bounds the traces of a second', async () => {
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

  test('a trace’s explicit randomness decides, and the threshold it passed is said in place of the parent’s', async () => {
    const collector = new TestCollector()
    const tracestate = 'other=1,ot=th:4;rv:80000000000000'
    await send(collector.options(ratio), ['/slow'], { headers: { traceparent, tracestate } })
    const [span] = await collector.waitForSpans(1)
    expect(span?.traceState).toBe('ot=th:8;rv:80000000000000,other=1')
  })

  test('below the threshold nothing is sampled, and none is said', async () => {
    const collector = new TestCollector()
    const tracestate = 'ot=th:4;rv:7fffffffffffff'
    const headers = { traceparent, tracestate }
    const [response] = await send(collector.options(ratio), ['/slow'], { headers })
    expect(response?.headers.get('server-timing')).toMatch(/^traceparent;desc="00-.{32}-.{16}-02"/)
    expect(await collector.posts()).toEqual([])
  })

  test('a parent-based sampler leaves the parent’s threshold as it is', async () => {
    const collector = new TestCollector()
    const headers = { traceparent, tracestate: 'ot=th:4' }
    await send(collector.options({ sampler: { name: 'parentbased_traceidratio', ratio: 0.5 } }), ['/slow'], {
      headers,
    })
    const [span] = await collector.waitForSpans(1)
    expect(span?.traceState).toBe('ot=th:4')
  })
})

test('at the public door the cap holds for traces that a page says are sampled, behind it for none of them', async () => {
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

describe('OTEL_SDK_DISABLED', () => {
  const env = { OTEL_SDK_DISABLED: 'true' }
  const app = new Hono()
    .use(tracing())
    .get('/', async (c) => c.json(await (await fetch(`${new TestCollector().base}/echo`)).json()))
  const forwarded = async (headers: Record<string, string>) => {
    const ctx = createExecutionContext()
    const response = await app.fetch(new Request('http://x/', { headers }), env, ctx)
    await waitOnExecutionContext(ctx)
    expect(response.headers.get('server-timing')).toBeNull()
    return (await response.json()) as Record<string, string>
  }

  test('the caller’s context goes on as it came: what is not recorded is nobody’s parent', async () => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'a=1',
      baggage: 'tier=gold',
    }
    expect(await forwarded(headers)).toMatchObject(headers)
  })

  test('a request that brings its own goes as it is, however odd', async () => {
    const own = { traceparent: 'odd', baggage: 'not baggage' }
    const proxy = new Hono()
      .use(tracing())
      .get('/', async (c) =>
        c.json(await (await fetch(`${new TestCollector().base}/echo`, { headers: own })).json()),
      )
    const ctx = createExecutionContext()
    const response = await proxy.fetch(new Request('http://x/'), env, ctx)
    expect(await response.json()).toMatchObject(own)
    await waitOnExecutionContext(ctx)
  })

  test('without one nothing is sent', async () => {
    expect(await forwarded({})).not.toHaveProperty('traceparent')
  })

  /** What a worker gets that is asked by one that is switched off. */
  const received = async (
    handler: (request: Request, url: string) => Promise<Response>,
    request: RequestInit,
    vars: Record<string, string> = {},
    options: EdgeOptions = {},
  ) => {
    const ctx = createExecutionContext()
    const proxy = new Hono()
      .use(tracing(options))
      .all('/', (c) => handler(c.req.raw, `${new TestCollector().base}/echo`))
    const response = await proxy.fetch(new Request('http://x/', request), { ...env, ...vars }, ctx)
    await waitOnExecutionContext(ctx)
    return (await response.json()) as Record<string, string>
  }
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  test.each([{}, { traceparent }])(
    'a request that is the options of another stays what it is (%o)',
    async (headers) => {
      const seen = await received((request, url) => fetch(url, request), {
        method: 'POST',
        body: '{"order":1}',
        headers,
      })
      expect(seen).toMatchObject({ ':method': 'POST', ':body': '{"order":1}', ...headers })
    },
  )

  test('the app’s own baggage stays, whether or not some came in', async () => {
    for (const headers of [{}, { traceparent, baggage: 'tier=gold' }]) {
      const seen = await received((_, url) => fetch(url, { headers: { baggage: 'tenant=7' } }), { headers })
      expect(seen.baggage).toBe('tenant=7')
      expect(seen.traceparent).toBe(headers.traceparent)
    }
  })

  test('what may not be told of a trace is not', async () => {
    const options = { propagateTo: ['https://partner.example'] }
    const seen = await received((_, url) => fetch(url), { headers: { traceparent } }, {}, options)
    expect(seen).not.toHaveProperty('traceparent')
  })

  test('a decision that the caller left open stays open', async () => {
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

describe('kept although unsampled', () => {
  test('a request that fails is exported with its subtree, marked as such; one that does not is not', async () => {
    const collector = new TestCollector()
    await send(collector.options({ sampler: never, keep: { errors: true } }), ['/work', '/broken'])
    const spans = await collector.expectTrace({
      name: 'GET /broken',
      error: true,
      attributes: { 'throughline.kept': 'error' },
    })
    expect(spans).toHaveLength(1)
  })

  test('a slow request is exported', async () => {
    const collector = new TestCollector()
    await send(collector.options({ sampler: never, keep: { slowMillis: 50 } }), ['/work', '/slow'])
    const spans = await collector.expectTrace({
      name: 'GET /slow',
      attributes: { 'throughline.kept': 'slow' },
    })
    expect(spans).toHaveLength(1)
  })
})
