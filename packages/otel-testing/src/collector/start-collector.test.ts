import { gzipSync } from 'node:zlib'
import { encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isNamed, waitForSpan } from '../trace/wait-for-spans.ts'
import { makeRequest } from './make-request.ts'
import { RemoteCollector } from './remote-collector.ts'
import { type Collector, startCollector } from './start-collector.ts'

let collector: Collector
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(() => collector.close())

const REQUEST = makeRequest('shop', { name: 'GET /cart' })

function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

describe('a collector', () => {
  test.each([
    ['JSON', JSON.stringify(REQUEST), {}],
    ['gzipped JSON', new Uint8Array(gzipSync(JSON.stringify(REQUEST))), { 'content-encoding': 'gzip' }],
    ['protobuf', encodeTraceRequestProtobuf(REQUEST), { 'content-type': 'application/x-protobuf' }],
  ])('spans in %s are accepted', async (_, body, headers) => {
    const response = await post(collector.tracesUrl, body, headers)
    expect([response.status, await response.text()]).toEqual([200, '{}'])
    expect(collector.spans()).toMatchObject([{ service: 'shop', name: 'GET /cart', durationMillis: 100 }])
    expect(collector.exports).toMatchObject([{ method: 'POST', path: '/v1/traces', sizeBytes: body.length }])
  })

  test('attributes of spans and resources are plain values', async () => {
    const attributes = [
      { key: 'http.route', value: { stringValue: '/cart' } },
      { key: 'http.response.status_code', value: { intValue: '200' } },
      { key: 'sampled', value: { boolValue: false } },
      { key: 'ratio', value: { doubleValue: 0.5 } },
      { key: 'names', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
      { key: 'nested', value: { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } } },
      { key: 'empty', value: {} },
    ]
    await post(collector.tracesUrl, JSON.stringify(makeRequest('shop', { attributes })))
    expect(collector.spans()[0]).toMatchObject({
      resource: { 'service.name': 'shop' },
      values: {
        'http.route': '/cart',
        'http.response.status_code': 200,
        sampled: false,
        ratio: 0.5,
        names: ['a', 1],
        nested: { a: true },
        empty: undefined,
      },
    })
  })

  test('pages of other origins can send spans', async () => {
    const headers = { origin: 'https://shop.example' }
    const preflight = await fetch(collector.tracesUrl, { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
    expect(collector.attempts).toEqual([])
  })

  test('requests are refused with the given status the given number of times, and are not stored', async () => {
    collector.answerExports({ status: 503, headers: { 'retry-after': '7' }, body: 'full', times: 1 })
    const refused = await post(collector.tracesUrl, JSON.stringify(REQUEST))
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '7',
      'full',
    ])
    expect([collector.spans(), collector.exports, collector.attempts.length]).toEqual([[], [], 1])
    expect((await post(collector.tracesUrl, JSON.stringify(REQUEST))).status).toBe(200)
    expect(collector.spans()).toHaveLength(1)
  })

  test.each([0, 50])('the connection is cut after %i ms and nothing is stored', async (cutAfterMillis) => {
    collector.answerExports({ cutAfterMillis })
    await expect(post(collector.tracesUrl, JSON.stringify(REQUEST))).rejects.toThrow()
    expect(collector.attempts).toHaveLength(1)
    expect(collector.spans()).toEqual([])
  })

  test('spans of a delayed response are stored immediately', async () => {
    collector.answerExports({ delayMillis: 50 })
    let isAnswered = false
    const answered = post(collector.tracesUrl, JSON.stringify(REQUEST)).then(() => {
      isAnswered = true
    })
    await waitForSpan(collector, isNamed('GET /cart'))
    expect(isAnswered).toBe(false)
    await answered
  })

  test('closing the collector ends responses that hang', async () => {
    const own = await startCollector()
    own.answerExports({ cutAfterMillis: 3_600_000 })
    const hanging = post(own.tracesUrl, JSON.stringify(REQUEST))
    const failure = expect(hanging).rejects.toThrow()
    await own.attemptAfter(0, 5_000)
    await own.close()
    await failure
  })

  test('other requests than exports are passed to the origin server', async () => {
    const withOrigin = await startCollector({ origin: (request, response) => response.end(request.url) })
    try {
      expect(await (await post(`${withOrigin.url}/cart`, '')).text()).toBe('/cart')
      expect(withOrigin.attempts).toEqual([])
      await post(`${withOrigin.url}/prefix/v1/traces`, JSON.stringify(REQUEST))
      expect(withOrigin.spans()).toHaveLength(1)
    } finally {
      await withOrigin.close()
    }
  })
})

describe('a collector in another process', () => {
  test('inboxes are separate', async () => {
    const [one, two] = [new RemoteCollector(collector.url), new RemoteCollector(collector.url, 'two')]
    await post(one.tracesUrl, JSON.stringify(REQUEST))
    expect((await one.spans()).map(({ name }) => name)).toEqual(['GET /cart'])
    expect(await one.exports()).toMatchObject([{ headers: { 'content-type': 'application/json' } }])
    expect(await two.spans()).toEqual([])
    expect(collector.spans()).toEqual([])
  })

  test('each read returns the spans since the previous read', async () => {
    const remote = new RemoteCollector(collector.url)
    const names = ['first', 'second', 'third']
    for (const name of names) {
      await post(remote.tracesUrl, JSON.stringify(makeRequest('shop', { name })))
      const [spans] = await Promise.all([remote.spans(), remote.spans()])
      expect(spans.at(-1)?.name).toBe(name)
    }
    expect((await remote.spans()).map(({ name }) => name)).toEqual(names)
  })

  test('a wait ends when a span arrives', async () => {
    const remote = new RemoteCollector(collector.url)
    const waiting = waitForSpan(remote, isNamed('GET /cart'), 60_000)
    await post(remote.tracesUrl, JSON.stringify(makeRequest('shop', { name: 'another' })))
    await post(remote.tracesUrl, JSON.stringify(REQUEST))
    expect((await waiting).service).toBe('shop')
  })

  test('the collector responds with the status that is set', async () => {
    const remote = new RemoteCollector(collector.url)
    await remote.answerExports({ status: 429 })
    expect((await post(remote.tracesUrl, JSON.stringify(REQUEST))).status).toBe(429)
    await remote.answerExports()
    expect((await post(remote.tracesUrl, JSON.stringify(REQUEST))).status).toBe(200)
    expect(await remote.exports()).toHaveLength(1)
  })
})
