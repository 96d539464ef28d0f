import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  decodeTraceRequestProtobuf,
  encodeTraceRequestProtobuf,
  type OtlpSpan,
  type TraceRequest,
} from '@throughline/otel-shared'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { knownSecrets } from '../../../otel-shared/test/known-secrets.ts'
import { TestCollector } from '../../test/collector.ts'
import type { TestEnv } from '../../test/worker.ts'
import { instrument, otlpRelay, type RelayOptions, tracing } from '../index.ts'

const now = () => `${Date.now()}000000`
const span = (more: Partial<OtlpSpan> = {}): OtlpSpan => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'click "Buy"',
  kind: 1,
  startTimeUnixNano: now(),
  endTimeUnixNano: now(),
  attributes: [],
  events: [],
  links: [],
  status: {},
  ...more,
})
const batch = (...spans: unknown[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop-web' } }] },
      scopeSpans: [{ scope: { name: 'web' }, spans }],
    },
  ],
})

function relay(options: RelayOptions, bindings: object = {}) {
  const app = new Hono()
  app.on(['POST', 'OPTIONS'], '/v1/traces', otlpRelay(options))
  return async (
    body: BodyInit,
    headers: Record<string, string> = {},
    cf: CfProperties = {},
    method = 'POST',
  ) => {
    const ctx = createExecutionContext()
    const init = { method, headers: { 'content-type': 'application/json', ...headers }, cf }
    const request = new Request(
      'https://shop.example/v1/traces',
      method === 'POST' ? { ...init, body } : init,
    )
    const response = await app.fetch(request, bindings, ctx)
    const bytes = await response.arrayBuffer()
    await waitOnExecutionContext(ctx)
    return new Response(response.status === 204 ? null : bytes, response)
  }
}

const gzip = (text: string) =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

describe('limits of untrusted pages', () => {
  const from = (...names: unknown[]) => ({
    resourceSpans: [
      {
        resource: { attributes: names.map((value) => ({ key: 'service.name', value })) },
        scopeSpans: [{ scope: { name: 'web' }, spans: [span(), span()] }],
      },
    ],
  })
  const named = (name: string) => ({ stringValue: name })

  test.each([
    [[named('shop-web')], true],
    [[named('payments')], false],
    [[named('SHOP-WEB')], false],
    [[named('shop-web'), named('payments')], false],
    [[named('payments'), named('shop-web')], false],
    [[{ arrayValue: { values: [named('shop-web')] } }], false],
    [[{}], false],
    [[], false],
  ])('service.name %j is accepted by an allow-list of shop-web: %s', async (names, isAccepted) => {
    const collector = new TestCollector()
    const post = relay({ url: collector.tracesUrl, serviceNames: ['shop-web'] })
    const answer = await (await post(JSON.stringify(from(...names)))).json()
    expect(answer).toEqual(
      isAccepted
        ? {}
        : { partialSuccess: { rejectedSpans: '2', errorMessage: 'this service.name may not be sent here' } },
    )
    expect(await collector.spans()).toHaveLength(isAccepted ? 2 : 0)
  })

  test('resources that are not on the allow-list are removed', async () => {
    const collector = new TestCollector()
    const post = relay({ url: collector.tracesUrl, serviceNames: ['shop-web'] })
    const resourceSpans = [...from(named('payments')).resourceSpans, ...batch(span()).resourceSpans]
    expect(await (await post(JSON.stringify({ resourceSpans }))).json()).toMatchObject({
      partialSuccess: { rejectedSpans: '2' },
    })
    expect((await collector.waitForSpans(1)).map(({ service }) => service)).toEqual(['shop-web'])
  })

  test.each([
    [undefined, true],
    [0, true],
    [1, true],
    [2, false],
    [3, true],
    [4, false],
    [5, false],
  ])('a span of kind %s is accepted: %s', async (kind, isAccepted) => {
    const collector = new TestCollector()
    const { kind: _, ...rest } = span()
    const answer = await relay({ url: collector.tracesUrl })(
      JSON.stringify(batch({ ...rest, ...(kind === undefined ? {} : { kind }) })),
    )
    expect(JSON.stringify(await answer.json()).includes('"rejectedSpans":"1"')).toBe(!isAccepted)
  })

  test.each([
    [[]],
    [[{ key: 'throughline.relayed', value: { boolValue: false } }]],
    [[text('throughline.relayed', 'no'), text('throughline.relayed', 'true')]],
    [[text('geo.country.iso_code', 'XX'), text('cloudflare.colo', 'XXX')]],
  ])('%j of a page cannot replace throughline.relayed and attributes of the edge', async (attributes) => {
    const collector = new TestCollector()
    const { resourceSpans } = batch(span())
    const forged = resourceSpans.map((entry) => ({
      ...entry,
      resource: { attributes: [...entry.resource.attributes, ...attributes] },
    }))
    await relay({ url: collector.tracesUrl })(JSON.stringify({ resourceSpans: forged }))
    await collector.waitForSpans(1)
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toEqual([
      text('service.name', 'shop-web'),
      { key: 'throughline.relayed', value: { boolValue: true } },
    ])
  })

  test('texts of a megabyte are truncated', async () => {
    const collector = new TestCollector()
    const long = 'lorem ipsum '.repeat(20_000)
    const { resourceSpans } = batch(
      span({ name: long, attributes: [text('a', long)], status: { code: 2, message: long } }),
    )
    const named = resourceSpans.map((entry) => ({
      ...entry,
      resource: { attributes: [text('service.name', long)] },
    }))
    await relay({ url: collector.tracesUrl })(JSON.stringify({ resourceSpans: named }))
    await collector.waitForSpans(1)
    expect(JSON.stringify(await collector.requests()).length).toBeLessThan(50_000)
  })

  test('bytes per minute are limited for each client', async () => {
    const post = relay({ url: new TestCollector().url, bytesPerClientPerMinute: 6_000 })
    const body = JSON.stringify(batch(span())).padEnd(600)
    const statuses = []
    for (const client of ['1.1.1.1', '1.1.1.1', '2.2.2.2']) {
      const response = await post(body, { 'cf-connecting-ip': client })
      statuses.push([response.status, Number(response.headers.get('retry-after')) > 0])
    }
    expect(statuses).toEqual([
      [200, false],
      [429, true],
      [200, false],
    ])
  })
})

describe('requests to the relay have no span', () => {
  test.each(['instrument', 'tracing() before it'])(
    'a request to the relay has no span with %s',
    async (how) => {
      const collector = new TestCollector()
      const app = new Hono()
      if (how !== 'instrument') app.use(tracing(collector.options()))
      app.post('/v1/traces', otlpRelay({ url: collector.tracesUrl, rateLimit: 'LOGIN' }))
      app.get('/', (c) => c.text('ok'))
      const handler = how === 'instrument' ? instrument(app, collector.options()) : app
      const ctx = createExecutionContext()
      const call = (request: Request) => (handler.fetch as typeof app.fetch)(request, { ...env }, ctx)
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
      await (
        await call(new Request('http://x/v1/traces', { ...init, body: JSON.stringify(batch(span())) }))
      ).text()
      await (await call(new Request('http://x/'))).text()
      await waitOnExecutionContext(ctx)
      expect((await collector.waitForSpans(2)).map(({ name }) => name).sort()).toEqual([
        'GET /',
        'click "Buy"',
      ])
    },
  )
})

describe('accepted batches', () => {
  test('JSON, gzipped JSON and protobuf are forwarded with the attributes of the edge', async () => {
    const collector = new TestCollector()
    const post = relay({ url: collector.tracesUrl })
    const json = JSON.stringify(batch(span()))
    const plain = await post(json, { origin: 'https://shop.example' }, { country: 'DE', colo: 'FRA' })
    expect([plain.status, await plain.text()]).toEqual([200, '{}'])
    expect((await post(await gzip(json), { 'content-encoding': 'gzip' })).status).toBe(200)
    const protobuf = await post(encodeTraceRequestProtobuf(batch(span()) as TraceRequest), {
      'content-type': 'application/x-protobuf',
    })
    expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf')
    const spans = await collector.waitForSpans(3)
    expect(spans.map(({ name, service }) => [name, service])).toEqual(
      Array(3).fill(['click "Buy"', 'shop-web']),
    )
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: 'geo.country.iso_code', value: { stringValue: 'DE' } },
        { key: 'cloudflare.colo', value: { stringValue: 'FRA' } },
      ]),
    )
  })

  test('secrets are redacted', async () => {
    const collector = new TestCollector()
    const secret = 'anna@example.com'
    await relay({ url: collector.tracesUrl })(
      JSON.stringify(
        batch(
          span({
            name: `mail ${secret}`,
            attributes: [
              {
                key: 'url.full',
                value: { stringValue: `https://u:pw@shop.example/?token=geheim&q=${secret}` },
              },
            ],
            events: [
              {
                timeUnixNano: now(),
                name: 'exception',
                attributes: [{ key: 'exception.message', value: { stringValue: secret } }],
              },
            ],
            status: { code: 2, message: `Bearer abcdefghijkl ${secret}` },
          }),
        ),
      ),
    )
    expect(JSON.stringify(await collector.waitForSpans(1))).not.toMatch(/anna|geheim|pw@|abcdefghijkl/)
  })

  test('secrets of every kind are redacted in names, keys, values, messages and links', async () => {
    const collector = new TestCollector()
    const samples = knownSecrets().texts.filter((_, index) => index % 5 === 0)
    const { traceId, spanId } = span()
    const spans = samples.map(([, text]) => {
      const stringValue = text
      const attributes = [
        { key: 'a', value: { stringValue } },
        { key: 'b', value: { arrayValue: { values: [{ stringValue }] } } },
        { key: 'c', value: { kvlistValue: { values: [{ key: `d ${text}`, value: { stringValue } }] } } },
        { key: `e ${text}`, value: { intValue: '1' } },
      ]
      return span({
        name: text,
        attributes,
        events: [{ timeUnixNano: now(), name: text, attributes }],
        links: [{ traceId, spanId, attributes }],
        status: { code: 2, message: text },
      })
    })
    await relay({ url: collector.tracesUrl })(JSON.stringify(batch(...spans)))
    const received = JSON.stringify(await collector.waitForSpans(samples.length))
    expect(samples.filter(([, , secret]) => received.includes(secret))).toEqual([])
  })

  test('values with a secret key are redacted at every place', async () => {
    const collector = new TestCollector()
    const attributes = [
      { key: 'password', value: { stringValue: 'geheim' } },
      { key: 'api_key', value: { intValue: '98765' } },
      { key: 'http.request.header.cookie', value: { arrayValue: { values: [{ stringValue: 'geheim' }] } } },
      {
        key: 'form',
        value: { kvlistValue: { values: [{ key: 'token', value: { stringValue: 'geheim' } }] } },
      },
      { key: 'session.id', value: { stringValue: 'stays' } },
    ]
    const mail = 'anna@example.com'
    const traceState = 'ot=rv:12345678901234,vendor=token:geheim'
    const { traceId, spanId } = span()
    const body = {
      resourceSpans: [
        {
          resource: { attributes },
          scopeSpans: [
            {
              scope: { name: mail, attributes },
              spans: [
                span({
                  traceState,
                  attributes,
                  events: [{ timeUnixNano: now(), name: mail, attributes }],
                  links: [{ traceId, spanId, traceState, attributes }],
                }),
              ],
            },
          ],
        },
      ],
    }
    await relay({ url: collector.tracesUrl })(JSON.stringify(body))
    await collector.waitForSpans(1)
    const text = JSON.stringify(await collector.requests())
    expect(text).not.toMatch(/geheim|98765|anna/)
    expect(text).toContain('ot=rv:12345678901234,')
    expect(text.match(/stays/g)).toHaveLength(5)
  })

  test('spans that violate the data model are rejected and reported, the others are stored', async () => {
    const collector = new TestCollector()
    const old = `${Date.now() - 8 * 86_400_000}000000`
    const response = await relay({ url: collector.tracesUrl, maxSpans: 3 })(
      JSON.stringify(
        batch(
          span(),
          span({ traceId: 'zz' }),
          span({ startTimeUnixNano: old, endTimeUnixNano: old }),
          span(),
          span(),
        ),
      ),
    )
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '3' } })
    expect(await collector.waitForSpans(2)).toHaveLength(2)
  })
})

describe('refusals have an OTLP Status', () => {
  const bodies: [string, number, BodyInit, Record<string, string>][] = [
    ['malformed JSON', 400, '{', {}],
    ['a wrong type', 400, '{"resourceSpans":7}', {}],
    ['a body that is not UTF-8', 400, new Uint8Array([0x22, 0xff, 0xfe, 0x22]), {}],
    [
      'malformed protobuf',
      400,
      new Uint8Array([0x0a, 0xff, 0xff]),
      { 'content-type': 'application/x-protobuf' },
    ],
    ['malformed gzip', 400, 'plain', { 'content-encoding': 'gzip' }],
    ['another content-encoding', 415, '{}', { 'content-encoding': 'br' }],
    ['another content-type', 415, '{}', { 'content-type': 'text/html' }],
    ['a body too large', 413, ' '.repeat(2_000), {}],
    ['an unlisted origin', 403, '{}', { origin: 'https://evil.example' }],
    ['an opaque origin', 403, '{}', { origin: 'null' }],
  ]
  test.each(bodies)('a request with %s is refused with status %i', async (_, status, body, headers) => {
    const collector = new TestCollector()
    const response = await relay({ url: collector.tracesUrl, maxBytes: 1_000 })(body, headers)
    expect(response.status).toBe(status)
    if (headers['content-type']?.includes('protobuf')) {
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(2)
    } else expect(await response.json()).toEqual({ code: expect.any(Number), message: expect.any(String) })
    expect(await collector.exports()).toEqual([])
  })

  test('a body of a million empty resources is a 413', async () => {
    const empty = new Uint8Array(2_000_000)
    for (let index = 0; index < empty.length; index += 2) empty[index] = 0x0a
    const headers = { 'content-type': 'application/x-protobuf' }
    expect((await relay({ maxBytes: 4_000_000 })(empty, headers)).status).toBe(413)
  })

  test('a small body that is too large after decompression is a 413', async () => {
    const bomb = await gzip(' '.repeat(5_000_000))
    expect(bomb.byteLength).toBeLessThan(10_000)
    expect((await relay({ maxBytes: 100_000 })(bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  })

  test('a client that sends too often gets a 429 with Retry-After, and others are served', async () => {
    const post = relay({ perClientPerMinute: 6 })
    const [first, second] = [
      await post('{}', { 'cf-connecting-ip': '192.0.2.1' }),
      await post('{}', { 'cf-connecting-ip': '192.0.2.1' }),
    ]
    expect([first.status, second.status]).toEqual([200, 429])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post('{}', { 'cf-connecting-ip': '192.0.2.2' })).status).toBe(200)
  })
})

describe('limits', () => {
  test('refused batches of one client do not count against the others', async () => {
    const post = relay({ perClientPerMinute: 6, perMinute: 18 })
    for (let index = 0; index < 10; index++) await post('{}', { 'cf-connecting-ip': '192.0.2.1' })
    expect((await post('{}', { 'cf-connecting-ip': '192.0.2.2' })).status).toBe(200)
  })

  test('a Rate Limiting binding limits each client', async () => {
    const { LOGIN } = env as unknown as TestEnv
    // The binding counts in minutes of the clock. The test must not cross the end of one.
    const leftMillis = 60_000 - (Date.now() % 60_000)
    if (leftMillis < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMillis))
    const post = relay({ rateLimit: 'LOGIN', perClientPerMinute: 1 }, { LOGIN })
    const statusOf = async (ip: string) => (await post('{}', { 'cf-connecting-ip': ip })).status
    const statuses: number[] = []
    for (let index = 0; index < 12; index++) statuses.push(await statusOf('198.51.100.1'))
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429, 429])
    expect(await statusOf('198.51.100.2')).toBe(200)
  })

  test('a Rate Limiting binding that fails is replaced by the count in memory', async () => {
    const LOGIN = { limit: () => Promise.reject(new Error('away')) }
    const post = relay({ rateLimit: 'LOGIN', perClientPerMinute: 6 }, { LOGIN })
    const client = { 'cf-connecting-ip': '198.51.100.3' }
    expect([(await post('{}', client)).status, (await post('{}', client)).status]).toEqual([200, 429])
  })

  test('all addresses of one IPv6 network are one client', async () => {
    const post = relay({ perClientPerMinute: 6 })
    const statusOf = async (ip: string) => (await post('{}', { 'cf-connecting-ip': ip })).status
    expect(await statusOf('2001:db8:1:2::1')).toBe(200)
    expect(await statusOf('2001:db8:1:2:ffff::7')).toBe(429)
    expect(await statusOf('2001:db8:1:3::1')).toBe(200)
  })
})

describe('a busy collector', () => {
  test('with ack `stored` its Retry-After is sent to the browser', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 429, headers: { 'retry-after': '3' }, times: 1 })
    const post = relay({ url: collector.tracesUrl, ack: 'stored' })
    const compressed = await gzip(JSON.stringify(batch(span())))
    for (let index = 0; index < 2; index++) {
      const refused = await post(compressed, { 'content-encoding': 'gzip' })
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3'])
    }
    // The relay has not posted the second batch.
    expect(await collector.spans()).toEqual([])
    expect((await post(JSON.stringify(batch(span())))).status).toBe(200)
    expect(await collector.spans()).toHaveLength(1)
  })

  test('with ack `accepted` the batch is retried, and later ones get a 503', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const post = relay({ url: collector.tracesUrl })
    const started = performance.now()
    const first = post(JSON.stringify(batch(span({ name: 'first' }))))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const compressed = await gzip(JSON.stringify(batch(span({ name: 'second' }))))
    const second = await post(compressed, { 'content-encoding': 'gzip' })
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await first).status).toBe(200)
    expect((await collector.waitForSpans(1)).map(({ name }) => name)).toEqual(['first'])
    expect(performance.now() - started).toBeGreaterThan(1_000)
  })

  test('a page of another origin, which never compresses, gets a 503 too', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '3' }, times: 1 })
    const post = relay({ url: collector.tracesUrl, ack: 'stored', origins: ['https://checkout.example'] })
    const body = JSON.stringify(batch(span()))
    for (let index = 0; index < 2; index++) {
      expect((await post(body, { origin: 'https://checkout.example' })).status).toBe(503)
    }
    expect(await collector.spans()).toEqual([])
  })

  test('with a Retry-After that is longer than an invocation there is one more attempt, at the end', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '60' }, times: 1 })
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] })
    try {
      const answer = relay({ url: collector.tracesUrl })(JSON.stringify(batch(span())))
      // A real delay, in which the network does its work, and then an advance of the fake clock.
      for (let seconds = 0; seconds < 24; seconds += 4) {
        await scheduler.wait(50)
        expect(await collector.spans()).toEqual([])
        await vi.advanceTimersByTimeAsync(4_000)
      }
      await vi.advanceTimersByTimeAsync(2_000)
      expect((await answer).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
    expect(await collector.spans()).toHaveLength(1)
  })

  test('an uncompressed batch of a page that is unloading is accepted and retried, because the page cannot keep it', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const post = relay({ url: collector.tracesUrl })
    const first = post(JSON.stringify(batch(span({ name: 'first' }))))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await post(JSON.stringify(batch(span({ name: 'last' }))))).status).toBe(200)
    expect((await first).status).toBe(200)
    const names = (await collector.waitForSpans(2)).map(({ name }) => name)
    expect(names.sort()).toEqual(['first', 'last'])
  })
})

test('batches beyond the memory limit get a 503 while a collector hangs', async () => {
  const collector = new TestCollector()
  await collector.answerExports({ cutAfterMillis: 500, times: 8 })
  // The limit of bytes per client must not be reached before the limit of memory.
  const options = { url: collector.tracesUrl, bytesPerClientPerMinute: 1e9 }
  const post = relay(options, { OTEL_EXPORTER_OTLP_TIMEOUT: '24900' })
  const large = span({ attributes: [{ key: 'text', value: { stringValue: '.'.repeat(1_000_000) } }] })
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(JSON.stringify(batch(large)))))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 503, 503])
  const refused = answers.find(({ status }) => status === 503)
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect(await refused?.json()).toMatchObject({ code: 14 })

  expect((await relay({ url: new TestCollector().url })(JSON.stringify(batch(span())))).status).toBe(200)
})

test('batches are forwarded as the standard variables say: protobuf, headers, no compression', async () => {
  const collector = new TestCollector()
  const post = relay(
    {},
    {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.tracesUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
    },
  )
  expect((await post(JSON.stringify(batch(span())))).status).toBe(200)
  const [received] = await collector.exports()
  expect(received?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    authorization: 'Bearer abc',
  })
  expect(received?.headers['content-encoding']).toBeUndefined()
  expect(decodeTraceRequestProtobuf(received?.body ?? new Uint8Array())).toMatchObject({
    request: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'click "Buy"' }] }] }] },
  })
})

test('bytes with wrong padding and names of Object.prototype are forwarded', async () => {
  const collector = new TestCollector()
  const post = relay(
    { ack: 'stored' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.tracesUrl, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
  )
  const request = batch(span({ attributes: [{ key: 'bytes', value: { bytesValue: 'AA=' } }] }))
  request.resourceSpans[0]?.resource.attributes.push({ key: 'constructor', value: { stringValue: 'mine' } })
  expect((await post(JSON.stringify(request))).status).toBe(200)
  const [received] = await collector.exports()
  expect(decodeTraceRequestProtobuf(received?.body ?? new Uint8Array())).toMatchObject({
    request: {
      resourceSpans: [
        {
          resource: { attributes: [{}, text('constructor', 'mine'), { key: 'throughline.relayed' }] },
          scopeSpans: [{ spans: [{ attributes: [{ key: 'bytes', value: { bytesValue: 'AA==' } }] }] }],
        },
      ],
    },
  })
})

test('a Rate Limiting binding that fails refuses no request', async () => {
  const limit = () => Promise.reject(new Error('no namespace'))
  const post = relay({ rateLimit: 'LIMIT' }, { LIMIT: { limit } })
  expect((await post('{}')).status).toBe(200)
})

test('the relay works without an execution context', async () => {
  const collector = new TestCollector()
  const app = new Hono().post('/v1/traces', otlpRelay({ url: collector.tracesUrl }))
  const body = JSON.stringify(batch(span()))
  const headers = { 'content-type': 'application/json' }
  expect((await app.request('/v1/traces', { method: 'POST', headers, body })).status).toBe(200)
  await collector.waitForSpans(1)
})

describe('a batch that cannot be delivered', () => {
  const large = (index: number) =>
    span({ attributes: [{ key: 'index', value: { stringValue: String(index).padEnd(1_000, '.') } }] })

  test('a batch is sent to the queue during Retry-After, in messages within its size limit', async () => {
    const collector = new TestCollector()
    const messages: string[] = []
    const queue = { send: async (message: string) => void messages.push(message) }
    await collector.answerExports({ status: 503, headers: { 'retry-after': '30' } })
    const options = { url: collector.tracesUrl, overflowQueue: 'OVERFLOW' }
    const refused = await relay({ ...options, ack: 'stored' })(JSON.stringify(batch(span())))
    expect(refused.status).toBe(503)

    const post = relay(options, { OVERFLOW: queue })
    const spans = Array.from({ length: 200 }, (_, index) => large(index))
    expect((await post(JSON.stringify(batch(...spans)))).status).toBe(200)
    expect(messages.length).toBeGreaterThan(1)
    for (const message of messages) expect(message.length).toBeLessThan(64_000)
    const queued = messages.flatMap((message) => {
      const { resourceSpans } = JSON.parse(message) as TraceRequest
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
    })
    expect(queued).toHaveLength(200)
  })

  test('a batch that cannot be delivered is counted, and the count is sent with the next batch', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 400, times: 1 })
    const post = relay({ url: collector.tracesUrl })
    await post(JSON.stringify(batch(span(), span())))
    await post(JSON.stringify(batch(span())))
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: '2' },
    })
  })

  test('a drop count is kept after a batch without spans, which is not sent', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 400, times: 1 })
    const post = relay({ url: collector.tracesUrl })
    await post(JSON.stringify(batch(span(), span())))
    expect((await post('{}')).status).toBe(200)
    expect((await post(JSON.stringify(batch(span({ traceId: 'zz' }))))).status).toBe(200)
    await post(JSON.stringify(batch(span())))
    const [request, ...others] = await collector.requests()
    expect(others).toEqual([])
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: '2' },
    })
  })

  test('the part of a batch that a queue has stored before it failed is not counted', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const messages: string[] = []
    const send = async (message: string) => {
      if (messages.length > 0) throw new Error('the queue is full')
      messages.push(message)
    }
    const options = { url: collector.tracesUrl, overflowQueue: 'OVERFLOW' }
    // With this timeout there is no time for a second attempt, so the test does not wait for one.
    const post = relay(options, { OVERFLOW: { send }, OTEL_EXPORTER_OTLP_TIMEOUT: '24900' })
    await post(JSON.stringify(batch(...Array.from({ length: 100 }, (_, index) => large(index)))))
    const queuedCount = messages.flatMap((message) => message.match(/"spanId"/g) ?? []).length
    expect(queuedCount).toBeGreaterThan(0)

    await relay({ url: collector.tracesUrl })(JSON.stringify(batch(span())))
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: String(100 - queuedCount) },
    })
  })

  test('the part of a batch that a queue has stored before it failed is not retried', async () => {
    const collector = new TestCollector()
    await collector.answerExports({ status: 503, headers: { 'retry-after': '5' }, times: 1 })
    await relay({ url: collector.tracesUrl, ack: 'stored' })(JSON.stringify(batch(span())))
    const messages: string[] = []
    const send = async (message: string) => {
      if (messages.length > 0) throw new Error('the queue is full')
      messages.push(message)
    }
    const post = relay({ url: collector.tracesUrl, overflowQueue: 'OVERFLOW' }, { OVERFLOW: { send } })
    const spans = Array.from({ length: 100 }, (_, index) => large(index))
    const compressed = await gzip(JSON.stringify(batch(...spans)))
    expect((await post(compressed, { 'content-encoding': 'gzip' })).status).toBe(200)
    const queuedCount = messages.flatMap((message) => message.match(/"spanId"/g) ?? []).length
    expect(queuedCount).toBeGreaterThan(0)
    expect(await collector.spans()).toHaveLength(100 - queuedCount)
  })
})

test('a listed origin can send, and its preflight is answered', async () => {
  const post = relay({ origins: ['https://www.example'] })
  const preflight = await post('', { origin: 'https://www.example' }, undefined, 'OPTIONS')
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://www.example',
  ])
  expect(
    (await post('{}', { origin: 'https://www.example' })).headers.get('access-control-allow-origin'),
  ).toBe('https://www.example')
})
