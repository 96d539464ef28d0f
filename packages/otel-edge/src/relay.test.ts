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
import { TestCollector } from '../test/collector.ts'
import type { TestEnv } from '../test/worker.ts'
import { otlpRelay, type RelayOptions } from './index.ts'

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

describe('what it takes', () => {
  test('JSON, gzipped or not, and protobuf arrive at the collector, completed by what the edge knows', async () => {
    const collector = new TestCollector()
    const post = relay({ url: collector.url })
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

  test('secrets are redacted on the way', async () => {
    const collector = new TestCollector()
    const secret = 'anna@example.com'
    await relay({ url: collector.url })(
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

  test('what a name says is secret is redacted, wherever it stands', async () => {
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
    await relay({ url: collector.url })(JSON.stringify(body))
    await collector.waitForSpans(1)
    const text = JSON.stringify(await collector.requests())
    expect(text).not.toMatch(/geheim|98765|anna/)
    expect(text).toContain('ot=rv:12345678901234,')
    expect(text.match(/stays/g)).toHaveLength(5)
  })

  test('spans that break the data model are left out and reported, the rest is stored', async () => {
    const collector = new TestCollector()
    const old = `${Date.now() - 8 * 86_400_000}000000`
    const response = await relay({ url: collector.url, maxSpans: 3 })(
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

describe('what it refuses, with an OTLP Status', () => {
  const bodies: [string, number, BodyInit, Record<string, string>][] = [
    ['no JSON', 400, '{', {}],
    ['a wrong type', 400, '{"resourceSpans":7}', {}],
    ['not UTF-8', 400, new Uint8Array([0x22, 0xff, 0xfe, 0x22]), {}],
    ['no protobuf', 400, new Uint8Array([0x0a, 0xff, 0xff]), { 'content-type': 'application/x-protobuf' }],
    ['no gzip', 400, 'plain', { 'content-encoding': 'gzip' }],
    ['another encoding', 415, '{}', { 'content-encoding': 'br' }],
    ['another type', 415, '{}', { 'content-type': 'text/html' }],
    ['a body too large', 413, ' '.repeat(2_000), {}],
    ['a stranger’s origin', 403, '{}', { origin: 'https://evil.example' }],
    ['an opaque origin', 403, '{}', { origin: 'null' }],
  ]
  test.each(bodies)('%s: %i', async (_, status, body, headers) => {
    const collector = new TestCollector()
    const response = await relay({ url: collector.url, maxBytes: 1_000 })(body, headers)
    expect(response.status).toBe(status)
    if (headers['content-type']?.includes('protobuf')) {
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(2)
    } else expect(await response.json()).toEqual({ code: expect.any(Number), message: expect.any(String) })
    expect(await collector.posts()).toEqual([])
  })

  test('a small body that unpacks to a large one: 413', async () => {
    const bomb = await gzip(' '.repeat(5_000_000))
    expect(bomb.byteLength).toBeLessThan(10_000)
    expect((await relay({ maxBytes: 100_000 })(bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  })

  test('a client that sends too often: 429 with Retry-After, others are served', async () => {
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
  test('what one client is refused does not count against the others', async () => {
    const post = relay({ perClientPerMinute: 6, perMinute: 18 })
    for (let index = 0; index < 10; index++) await post('{}', { 'cf-connecting-ip': '192.0.2.1' })
    expect((await post('{}', { 'cf-connecting-ip': '192.0.2.2' })).status).toBe(200)
  })

  test('a Rate Limiting binding decides where one is named, for each client by itself', async () => {
    const { LOGIN } = env as unknown as TestEnv
    // The binding counts by minutes of the clock.
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

describe('a collector that pushes back', () => {
  test('acknowledged when stored: its Retry-After is the browser’s', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 429, headers: { 'retry-after': '3' }, times: 1 })
    const post = relay({ url: collector.url, ack: 'stored' })
    const compressed = await gzip(JSON.stringify(batch(span())))
    for (let index = 0; index < 2; index++) {
      const refused = await post(compressed, { 'content-encoding': 'gzip' })
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3'])
    }
    // The second was not even tried.
    expect(await collector.spans()).toEqual([])
    expect((await post(JSON.stringify(batch(span())))).status).toBe(200)
    expect(await collector.spans()).toHaveLength(1)
  })

  test('acknowledged when accepted: the batch is tried on, later ones are asked to wait', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const post = relay({ url: collector.url })
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

  test('a page of another origin, which never compresses, is asked to wait, too', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '3' }, times: 1 })
    const post = relay({ url: collector.url, ack: 'stored', origins: ['https://checkout.example'] })
    const body = JSON.stringify(batch(span()))
    for (let index = 0; index < 2; index++) {
      expect((await post(body, { origin: 'https://checkout.example' })).status).toBe(503)
    }
    expect(await collector.spans()).toEqual([])
  })

  test('one that wants to be left alone for longer than a worker lives is tried once more, at the end', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '60' }, times: 1 })
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] })
    try {
      const answer = relay({ url: collector.url })(JSON.stringify(batch(span())))
      // The network takes its own time; then the clock goes on.
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

  test('what a page that goes sends, uncompressed, is taken and tried on: nobody is left to keep it', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const post = relay({ url: collector.url })
    const first = post(JSON.stringify(batch(span({ name: 'first' }))))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await post(JSON.stringify(batch(span({ name: 'last' }))))).status).toBe(200)
    expect((await first).status).toBe(200)
    const names = (await collector.waitForSpans(2)).map(({ name }) => name)
    expect(names.sort()).toEqual(['first', 'last'])
  })
})

test('a collector that hangs fills no more than a part of the memory: the rest is asked to come again', async () => {
  const collector = new TestCollector()
  await collector.behave({ hangMillis: 500, times: 8 })
  // Tried once only: nothing is to be waited for.
  const post = relay({ url: collector.url }, { OTEL_EXPORTER_OTLP_TIMEOUT: '24900' })
  const large = span({ attributes: [{ key: 'text', value: { stringValue: '.'.repeat(1_000_000) } }] })
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(JSON.stringify(batch(large)))))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 503, 503])
  const refused = answers.find(({ status }) => status === 503)
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect(await refused?.json()).toMatchObject({ code: 14 })

  expect((await relay({ url: new TestCollector().url })(JSON.stringify(batch(span())))).status).toBe(200)
})

test('the collector is sent what the standard variables say: protobuf, headers, no compression', async () => {
  const collector = new TestCollector()
  const post = relay(
    {},
    {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
    },
  )
  expect((await post(JSON.stringify(batch(span())))).status).toBe(200)
  const [received] = await collector.posts()
  expect(received?.headers).toMatchObject({
    'content-type': 'application/x-protobuf',
    authorization: 'Bearer abc',
  })
  expect(received?.headers['content-encoding']).toBeUndefined()
  const bytes = Uint8Array.from(atob(received?.body ?? ''), (c) => c.charCodeAt(0))
  expect(decodeTraceRequestProtobuf(bytes)).toMatchObject({
    request: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'click "Buy"' }] }] }] },
  })
})

test('bytes whose padding is wrong, and names that every object has, arrive', async () => {
  const collector = new TestCollector()
  const post = relay(
    { ack: 'stored' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
  )
  const request = batch(span({ attributes: [{ key: 'bytes', value: { bytesValue: 'AA=' } }] }))
  request.resourceSpans[0]?.resource.attributes.push({ key: 'constructor', value: { stringValue: 'mine' } })
  expect((await post(JSON.stringify(request))).status).toBe(200)
  const [received] = await collector.posts()
  const bytes = Uint8Array.from(atob(received?.body ?? ''), (c) => c.charCodeAt(0))
  expect(decodeTraceRequestProtobuf(bytes)).toMatchObject({
    request: {
      resourceSpans: [
        {
          resource: { attributes: [{}, { key: 'constructor', value: { stringValue: 'mine' } }] },
          scopeSpans: [{ spans: [{ attributes: [{ key: 'bytes', value: { bytesValue: 'AA==' } }] }] }],
        },
      ],
    },
  })
})

test('a Rate Limiting binding that fails refuses nobody', async () => {
  const limit = () => Promise.reject(new Error('no namespace'))
  const post = relay({ rateLimit: 'LIMIT' }, { LIMIT: { limit } })
  expect((await post('{}')).status).toBe(200)
})

test('it serves apps that are given no execution context', async () => {
  const collector = new TestCollector()
  const app = new Hono().post('/v1/traces', otlpRelay({ url: collector.url }))
  const body = JSON.stringify(batch(span()))
  const headers = { 'content-type': 'application/json' }
  expect((await app.request('/v1/traces', { method: 'POST', headers, body })).status).toBe(200)
  await collector.waitForSpans(1)
})

describe('what cannot be delivered', () => {
  const large = (index: number) =>
    span({ attributes: [{ key: 'index', value: { stringValue: String(index).padEnd(1_000, '.') } }] })

  test('goes to the bound queue while the collector wants to be left alone, in messages a queue can hold', async () => {
    const collector = new TestCollector()
    const messages: string[] = []
    const queue = { send: async (message: string) => void messages.push(message) }
    await collector.behave({ status: 503, headers: { 'retry-after': '30' } })
    const options = { url: collector.url, overflowQueue: 'OVERFLOW' }
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

  test('is counted, and the count is sent with what is delivered next', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 400, times: 1 })
    const post = relay({ url: collector.url })
    await post(JSON.stringify(batch(span(), span())))
    await post(JSON.stringify(batch(span())))
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: '2' },
    })
  })

  test('is still counted after a batch without spans, which is not sent at all', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 400, times: 1 })
    const post = relay({ url: collector.url })
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

  test('is counted without what a queue took before it failed', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '1' }, times: 1 })
    const messages: string[] = []
    const send = async (message: string) => {
      if (messages.length > 0) throw new Error('the queue is full')
      messages.push(message)
    }
    const options = { url: collector.url, overflowQueue: 'OVERFLOW' }
    // Tried once only: nothing is to be waited for.
    const post = relay(options, { OVERFLOW: { send }, OTEL_EXPORTER_OTLP_TIMEOUT: '24900' })
    await post(JSON.stringify(batch(...Array.from({ length: 100 }, (_, index) => large(index)))))
    const queuedCount = messages.flatMap((message) => message.match(/"spanId"/g) ?? []).length
    expect(queuedCount).toBeGreaterThan(0)

    await relay({ url: collector.url })(JSON.stringify(batch(span())))
    const [request] = await collector.requests()
    expect(request?.resourceSpans?.[0]?.resource.attributes).toContainEqual({
      key: 'throughline.dropped_spans',
      value: { intValue: String(100 - queuedCount) },
    })
  })

  test('is tried on without what a queue took before it failed', async () => {
    const collector = new TestCollector()
    await collector.behave({ status: 503, headers: { 'retry-after': '5' }, times: 1 })
    await relay({ url: collector.url, ack: 'stored' })(JSON.stringify(batch(span())))
    const messages: string[] = []
    const send = async (message: string) => {
      if (messages.length > 0) throw new Error('the queue is full')
      messages.push(message)
    }
    const post = relay({ url: collector.url, overflowQueue: 'OVERFLOW' }, { OVERFLOW: { send } })
    const spans = Array.from({ length: 100 }, (_, index) => large(index))
    const compressed = await gzip(JSON.stringify(batch(...spans)))
    expect((await post(compressed, { 'content-encoding': 'gzip' })).status).toBe(200)
    const queuedCount = messages.flatMap((message) => message.match(/"spanId"/g) ?? []).length
    expect(queuedCount).toBeGreaterThan(0)
    expect(await collector.spans()).toHaveLength(100 - queuedCount)
  })
})

test('a listed origin may send across origins, preflight included', async () => {
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
