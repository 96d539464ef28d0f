import { trace } from '@opentelemetry/api'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { Hono } from 'hono'
import { afterEach, describe, expect, test, vi } from 'vitest'

// As Next.js does: the global fetch is replaced by one that traces, before any module of the app is loaded.
const framework = vi.hoisted(() => {
  const native = globalThis.fetch
  const framework = { wrap: (send: () => Promise<Response>) => send() }
  globalThis.fetch = (input, init) => framework.wrap(() => native(input, init))
  return framework
})

import { type EdgeOptions, tracing } from '../../src/index.ts'

const started: Collector[] = []

/** A collector that is closed when the test is over. */
async function startOwnCollector(): Promise<Collector> {
  const collector = await startCollector()
  started.push(collector)
  return collector
}

const namesOf = (collector: Collector) => collector.spans().map(({ name }) => name)

/** Serves one request and waits for its `waitUntil` promises. */
async function serve(options: EdgeOptions, env: object = {}, handler = async () => {}): Promise<void> {
  const app = new Hono().use(tracing({ ...options, exporter: { batchDelayMillis: 1, ...options.exporter } }))
  app.get('/', async (c) => {
    await handler()
    return c.text('ok')
  })
  const settled: Promise<unknown>[] = []
  const ctx = {
    waitUntil: (promise: Promise<unknown>) => settled.push(promise),
    passThroughOnException() {},
    props: {},
  }
  await (await app.fetch(new Request('http://x/'), env, ctx)).text()
  for (const promise of settled) await promise
}

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
const warned = () => warnings.mock.calls.map(([text]) => String(text))

afterEach(async () => {
  framework.wrap = (send) => send()
  warnings.mockClear()
  vi.unstubAllEnvs()
  vi.useRealTimers()
  for (const collector of started.splice(0)) await collector.close()
})

describe('a framework that traces the global fetch', () => {
  test('a fetch has one span, and exports have none of any tracer', async () => {
    const collector = await startOwnCollector()
    framework.wrap = (send) =>
      trace.getTracer('next.js').startActiveSpan('framework fetch', async (span) => {
        const response = await send()
        span.end()
        return response
      })
    const options = { serviceName: 'next', exporter: { url: collector.tracesUrl } }
    await serve(options)
    await serve(options, {}, async () => void (await (await fetch(`${collector.url}/api`)).text()))
    expect(namesOf(collector)).toEqual(['GET /', 'GET', 'GET /'])
  })
})

describe('an export of another SDK', () => {
  test.each([
    ['/v1/traces', 'POST', 'application/json', false],
    ['/otlp/v1/logs', 'POST', 'application/x-protobuf', false],
    ['/v1/metrics?x=1', 'POST', 'application/json; charset=utf-8', false],
    ['/own/collector', 'POST', 'application/json', false],
    ['/v1/traces', 'POST', 'text/html', true],
    ['/v1/orders', 'POST', 'application/json', true],
    ['/v1/traces', 'PUT', 'application/json', true],
  ])('an export to %s by %s with %s has a span: %s', async (path, method, type, isTraced) => {
    const collector = await startOwnCollector()
    await serve({ exporter: { url: `${collector.url}/own/collector` } }, {}, async () => {
      await (
        await fetch(collector.url + path, { method, headers: { 'Content-Type': type }, body: '{}' })
      ).text()
    })
    expect(namesOf(collector).includes(method)).toBe(isTraced)
  })
})

describe('a redirect of an export', () => {
  test.each([307, 308])(
    'a redirect with %i to the same origin is followed with method, body and headers',
    async (status) => {
      const collector = await startOwnCollector()
      collector.answerExports({ status, headers: { location: '/moved' }, times: 1 })
      await serve({ exporter: { url: collector.tracesUrl, headers: { 'x-key': 'secret' } } })
      expect(collector.attempts.map(({ path, method }) => `${method} ${path}`)).toEqual([
        'POST /v1/traces',
        'POST /moved',
      ])
      expect(collector.exports).toMatchObject([{ path: '/moved', headers: { 'x-key': 'secret' } }])
      expect(namesOf(collector)).toEqual(['GET /'])
      expect(warned()).toEqual([
        `throughline: exporter.url=${collector.tracesUrl} answered ${status}: check address, headers and protocol; redirected to /moved`,
      ])
    },
  )

  test.each([307, 308])(
    'a redirect with %i to another origin is followed without the configured headers',
    async (status) => {
      const other = await startOwnCollector()
      const collector = await startOwnCollector()
      collector.answerExports({ status, headers: { location: other.tracesUrl } })
      const headers = { 'x-key': 'secret', authorization: 'Bearer secret' }
      await serve({ exporter: { url: collector.tracesUrl, headers } })
      expect(namesOf(other)).toEqual(['GET /'])
      expect(JSON.stringify(other.attempts.map((attempt) => attempt.headers))).not.toContain('secret')
      expect(other.exports[0]?.headers['content-type']).toBe('application/json')
    },
  )

  test.each([
    [301, '/moved'],
    [302, '/moved'],
    [303, '/moved'],
    [300, '/moved'],
    [304, undefined],
    [307, undefined],
    [308, 'ftp://x/'],
  ])(
    'a redirect with %i to %s is not followed, warned of, and counted as dropped',
    async (status, location) => {
      const collector = await startOwnCollector()
      collector.answerExports({ status, headers: location === undefined ? {} : { location }, times: 1 })
      const options = { exporter: { url: collector.tracesUrl } }
      await serve(options)
      await serve(options)
      expect(collector.attempts.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/traces'])
      expect(collector.spans().map(({ resource }) => resource['throughline.dropped_spans'])).toEqual([1])
      expect(warned()).toEqual([
        expect.stringContaining(`exporter.url=${collector.tracesUrl} answered ${status}`),
      ])
    },
  )

  test('a redirect loop ends', async () => {
    const collector = await startOwnCollector()
    collector.answerExports({ status: 307, headers: { location: '/v1/traces' } })
    await serve({ exporter: { url: collector.tracesUrl } })
    expect(collector.attempts).toHaveLength(6)
    expect(warned().join()).toContain('answered 307')
  })
})

describe('headers of an export', () => {
  test('headers are case-insensitive, options take precedence, and content-type is that of the body', async () => {
    const collector = await startOwnCollector()
    const headers = {
      Authorization: 'code',
      'X-TENANT': 'code',
      'Content-Type': 'text/plain',
      'Content-Encoding': 'br',
    }
    await serve(
      { exporter: { headers } },
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=env,x-tenant=env,x-env=env',
      },
    )
    expect(collector.exports[0]?.headers).toMatchObject({
      authorization: 'code',
      'x-tenant': 'code',
      'x-env': 'env',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
  })

  test.each(['bad name', 'naïve', ''])(
    'headers named %j are omitted with a warning, and the others are sent',
    async (name) => {
      const collector = await startOwnCollector()
      await serve({ exporter: { url: collector.tracesUrl, headers: { [name]: 'secret', 'x-key': '1' } } })
      expect(collector.exports[0]?.headers['x-key']).toBe('1')
      expect(warned()).toEqual([expect.stringContaining(`${JSON.stringify(name)} is not a valid header`)])
      expect(warned().join()).not.toContain('secret')
    },
  )
})

describe('a wrong configuration is warned of once, with its name and value', () => {
  test.each([
    [{ exporter: { url: 'localhost:4318' } }, 'exporter.url=localhost:4318'],
    [{ exporter: { url: 'grpc://collector:4317' } }, 'exporter.url=grpc://collector:4317'],
    [{ exporter: { url: '/v1/traces' } }, 'exporter.url=/v1/traces'],
    [{ exporter: { url: 'http://user:secret@collector/v1/traces' } }, 'without user name and password'],
    [{}, 'set OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('the options %j cause one warning', async (options, expected) => {
    await serve({ serviceName: `wrong ${expected}`, ...options })
    await serve({ serviceName: `wrong ${expected}`, ...options })
    expect(warned().filter((text) => text.includes(expected))).toHaveLength(1)
  })

  test.each([401, 403, 404, 405, 413, 415, 500])(
    'an address that responds with %i causes one warning',
    async (status) => {
      const collector = await startOwnCollector()
      collector.answerExports({ status })
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
      await serve({}, env)
      await serve({}, env)
      expect(warned()).toEqual([
        expect.stringContaining(`OTEL_EXPORTER_OTLP_ENDPOINT=${collector.tracesUrl} answered ${status}`),
      ])
      expect(warned()[0]).toContain('address, headers and protocol')
    },
  )

  test('an address where nothing listens causes one warning', async () => {
    const { tracesUrl, close } = await startCollector()
    await close()
    const app = new Hono()
      .use(tracing({ exporter: { url: tracesUrl, batchDelayMillis: 1 } }))
      .get('/', (c) => c.text('ok'))
    await (await app.request('/')).text()
    await vi.waitFor(
      () =>
        expect(warned()).toEqual([
          expect.stringMatching(new RegExp(`exporter.url=${tracesUrl} cannot be reached: .*ECONNREFUSED`)),
        ]),
      { timeout: 60_000 },
    )
  })

  test('no warning is written if tracing or its exporter is off', async () => {
    await serve({ serviceName: 'off' }, { OTEL_SDK_DISABLED: 'true' })
    await serve({ serviceName: 'off' }, { OTEL_TRACES_EXPORTER: 'none' })
    expect(warned()).toEqual([])
  })
})

describe('the environment', () => {
  test('variables of the process are used if the request has no OTEL_* variable', async () => {
    const collector = await startOwnCollector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
    vi.stubEnv('OTEL_SERVICE_NAME', 'by process')
    await serve({}, { incoming: {}, outgoing: {} })
    await serve({}, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'by env' })
    expect(collector.spans().map(({ service }) => service)).toEqual(['by process', 'by env'])
  })

  test('a new environment for every request has one SDK, one rate limit and one export', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 5_000 })
    const collector = await startOwnCollector()
    const options = {
      serviceName: 'pages',
      sampler: { maxPerSecond: 2 },
      exporter: { batchDelayMillis: 50 },
    }
    const app = new Hono().use((c, next) => tracing({ ...options })(c, next)).get('/', (c) => c.text('ok'))
    const settled: Promise<unknown>[] = []
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => settled.push(promise),
      passThroughOnException() {},
      props: {},
    }
    for (let count = 0; count < 6; count++) {
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, count }
      await (await app.fetch(new Request('http://x/'), env, ctx)).text()
    }
    for (const promise of settled) await promise
    expect([collector.exports.length, collector.spans().length]).toEqual([1, 2])
  })
})
