import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { instrument, otlpRelay, tracing } from '../../src/index.ts'
import { TestCollector } from '../collector.ts'

// A generator with a seed: a case that fails can be run again.
function createRandom(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const random = createRandom(Number((env as { FUZZ_SEED?: string }).FUZZ_SEED ?? 20261121))
const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value
const HEX = '0123456789abcdefABCDEFxyz.-_ '
// Printable ASCII: workerd warns about every header value beyond it. Bodies are random bytes besides.
const BYTES = Array.from({ length: 94 }, (_, code) => String.fromCharCode(code + 33))
const text = (alphabet: string | readonly string[], length: number) =>
  Array.from({ length }, () => alphabet[random(alphabet.length)]).join('')

const traceparent = () =>
  pick([
    () => `00-${text('0123456789abcdef', 32)}-${text('0123456789abcdef', 16)}-0${random(4)}`,
    () => `${text(HEX, random(4))}-${text(HEX, random(40))}-${text(HEX, random(20))}-${text(HEX, random(5))}`,
    () => text(BYTES, random(200)),
    () => '',
    () => '-'.repeat(random(300)),
  ])()
const tracestate = () =>
  pick([
    () =>
      Array.from(
        { length: random(60) },
        () => `${text('abcxyz019_-*/@', random(260))}=${text(BYTES, random(260))}`,
      ).join(','),
    () => ','.repeat(random(500)),
    () => text(BYTES, random(2_000)),
  ])()
const baggage = () =>
  pick([tracestate, () => `k=${'%'.repeat(random(500))}`, () => Array(random(300)).fill('a=b;c').join(',')])()

function headers(): Headers {
  const values = new Headers()
  const set = (name: string, value: () => string) => {
    try {
      if (random(2) === 0) values.append(name, value())
    } catch {
      // Not a header value at all; no client could send it.
    }
  }
  set('traceparent', traceparent)
  set('traceparent', traceparent)
  set('tracestate', tracestate)
  set('tracestate', tracestate)
  set('baggage', baggage)
  set('b3', traceparent)
  set('x-b3-traceid', () => text(HEX, random(40)))
  set('x-b3-spanid', () => text(HEX, random(20)))
  set('uber-trace-id', () => traceparent().replaceAll('-', ':'))
  set('origin', () => pick(['null', 'https://shop.example', 'https://evil.example', text(BYTES, random(50))]))
  set('sec-fetch-site', () => pick(['same-origin', 'cross-site', text(BYTES, 10)]))
  set('user-agent', () => text(BYTES, random(3_000)))
  set('content-type', () =>
    pick(['application/json', 'application/x-protobuf', 'text/plain', text(BYTES, 20)]),
  )
  set('content-encoding', () => pick(['gzip', 'identity', 'br', text(BYTES, 5)]))
  set('cf-connecting-ip', () => text('0123456789.:', random(40)))
  return values
}

const span = () => ({
  traceId: pick(['0af7651916cd43dd8448eb211c80319c', text(HEX, random(40)), null, 7, {}]),
  spanId: pick(['b7ad6b7169203331', text(HEX, random(20)), []]),
  name: pick(['x', text(BYTES, random(100)), 1, undefined]),
  kind: pick([1, -1, 99, '2', null]),
  startTimeUnixNano: pick([`${Date.now()}000000`, '-1', 'x', 5e300, '9'.repeat(random(50))]),
  endTimeUnixNano: pick([`${Date.now()}000000`, '0', 0, null]),
  attributes: pick([
    [],
    [{ key: text(BYTES, 5), value: { stringValue: text(BYTES, random(500)) } }],
    {},
    'x',
    [null],
  ]),
  events: pick([undefined, [], [{}], 3]),
  links: pick([undefined, [], [{ traceId: 'x' }]]),
  status: pick([undefined, {}, { code: 9 }, { message: 7 }]),
})
const nested = (depth: number): unknown =>
  depth === 0 ? 1 : { kvlistValue: { values: [{ key: 'k', value: nested(depth - 1) }] } }
const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content)
const otlp = (): string =>
  JSON.stringify({
    resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: {}, spans: [span(), span()] }] }],
  })

/** A body in pieces of any size, some of them late; now and then it breaks off with an error. */
function streamed(bytes: Uint8Array): ReadableStream {
  const breaksAt = pick([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, random(bytes.length + 1)])
  let at = 0
  return new ReadableStream({
    async pull(controller) {
      if (random(8) === 0) await scheduler.wait(1)
      if (at >= breaksAt) return controller.error(new Error('the client has left'))
      if (at >= bytes.length) return controller.close()
      const end = at + 1 + random(200)
      controller.enqueue(bytes.subarray(at, end))
      at = end
    },
  })
}

const body = (): BodyInit =>
  pick<() => BodyInit>([
    otlp,
    () => streamed(bytesOf(otlp())),
    () => streamed(Uint8Array.from({ length: random(5_000) }, () => random(256))),
    () => JSON.stringify({ resourceSpans: pick([[], {}, null, [null], [{ scopeSpans: 1 }]]) }),
    () => JSON.stringify(nested(random(2_000))),
    () => text(BYTES, random(1_000)),
    () => Uint8Array.from({ length: random(1_000) }, () => random(256)),
    () => '['.repeat(random(5_000)),
  ])()

const collector = new TestCollector()
const worker = instrument<object>(
  new Hono()
    .use(tracing())
    .post(
      '/v1/traces',
      otlpRelay({ url: collector.tracesUrl, perClientPerMinute: 1e9, perMinute: 1e9, maxBytes: 50_000 }),
    )
    .all('/echo/*', (c) => c.text('ok')) as never,
  collector.options({ keep: { errors: true }, sampler: { name: 'parentbased_traceidratio', ratio: 0.01 } }),
)

test('each of 10,000 hostile requests is one trace, without an error', {
  timeout: 120_000,
}, async () => {
  const env = { OTEL_PROPAGATORS: 'tracecontext,baggage,b3,b3multi,jaeger' }
  const statuses = new Map<number, number>()
  for (let index = 0; index < 10_000; index++) {
    const ctx = createExecutionContext()
    const isRelay = index % 2 === 0
    const url = `https://shop.example${isRelay ? '/v1/traces' : `/echo/${encodeURIComponent(text(BYTES, random(40)))}?${encodeURI(text(BYTES, random(60)))}`}`
    const init = { method: pick(['POST', 'POST', 'PUT', 'GET', 'PURGE']), headers: headers() }
    const request = new Request(url, init.method === 'GET' ? init : { ...init, body: body() })
    const response = await worker.fetch?.(request as never, env, ctx)
    if (!response || response.status >= 500)
      throw new Error(`case ${index}: ${response?.status} ${JSON.stringify([...init.headers])}`)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    const traceparents = (response.headers.get('server-timing') ?? '').match(
      /traceparent;desc="00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]"/g,
    )
    // Responses of the relay itself are not part of a trace.
    if (!isRelay || traceparents) expect(traceparents).toHaveLength(1)
    await response.arrayBuffer()
    if (index % 500 === 0) await waitOnExecutionContext(ctx)
  }
  expect(Object.fromEntries(statuses)).toMatchObject({
    200: expect.any(Number),
    400: expect.any(Number),
    403: expect.any(Number),
  })
})
