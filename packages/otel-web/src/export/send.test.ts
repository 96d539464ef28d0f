import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { nodeGlobals as globals } from '../../test/node-globals.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import { compress, post, type SendTarget, sendBeacon } from './send.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

let answer: Answer = (response) => response.end('{}')
const received: { readonly request: IncomingMessage; readonly body: Buffer }[] = []
const server = createServer(async (request, response) => {
  const chunks = await request.toArray()
  received.push({ request, body: Buffer.concat(chunks) })
  answer(response, request)
})
// A server that closes idle connections may do so while the next request is on its way.
server.keepAliveTimeout = 0
server.unref()
let origin = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  vi.unstubAllGlobals()
  received.length = 0
})

const target = (options: Partial<SendTarget> = {}): SendTarget => ({
  endpoint: `${origin}/v1/traces`,
  headers: {},
  globals,
  ...options,
})

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(code, headers).end(body)

// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
describe('the outcome of a request that is answered with', () => {
  test.each<[string, Answer, object]>([
    [
      '200 and an empty object',
      status(200, {}, '{}'),
      { outcome: 'sent', rejectedCount: 0, reason: undefined },
    ],
    ['200 without a body', status(200), { outcome: 'sent', rejectedCount: 0, reason: undefined }],
    ['204', status(204), { outcome: 'sent', rejectedCount: 0, reason: undefined }],
    [
      'a partial success',
      status(200, {}, '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}'),
      { outcome: 'sent', rejectedCount: 3, reason: 'partial success' },
    ],
    [
      'a partial success with a number',
      status(200, {}, '{"partialSuccess":{"rejectedSpans":2}}'),
      { outcome: 'sent', rejectedCount: 2, reason: 'partial success' },
    ],
    [
      'a warning, which rejects nothing',
      status(200, {}, '{"partialSuccess":{"errorMessage":"use gzip"}}'),
      { outcome: 'sent', rejectedCount: 0, reason: undefined },
    ],
    [
      'HTML, as by the fallback page of a site',
      status(200, {}, '\n <!doctype html>'),
      { outcome: 'refused', reason: 'HTML' },
    ],
    ['400', status(400), { outcome: 'refused', status: 400, reason: 'status 400' }],
    ['401', status(401), { outcome: 'refused', status: 401, reason: 'status 401' }],
    ['404 and HTML', status(404, {}, '<html>'), { outcome: 'refused', status: 404, reason: 'status 404' }],
    ['410', status(410), { outcome: 'refused', status: 410, reason: 'status 410' }],
    ['413', status(413), { outcome: 'refused', status: 413, reason: 'status 413' }],
    [
      '500, which OTLP does not retry',
      status(500),
      { outcome: 'refused', status: 500, reason: 'status 500' },
    ],
    ['429', status(429), { outcome: 'retry', status: 429, reason: 'status 429' }],
    ['502 and HTML', status(502, {}, '<html>'), { outcome: 'retry', status: 502, reason: 'status 502' }],
    ['503', status(503), { outcome: 'retry', status: 503, reason: 'status 503' }],
    ['504', status(504), { outcome: 'retry', status: 504, reason: 'status 504' }],
    [
      '503 and Retry-After',
      status(503, { 'retry-after': '30' }),
      { outcome: 'retry', status: 503, retryAfterMillis: 30_000, reason: 'status 503' },
    ],
    [
      'a closed connection',
      (_, { socket }) => socket.destroy(),
      { outcome: 'retry', reason: 'fetch failed' },
    ],
    [
      'half of a body',
      (response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{', () => response.destroy())
      },
      { outcome: 'retry', reason: 'terminated' },
    ],
  ])('%s', async (_, answered, result) => {
    answer = answered
    expect(await post(target(), '{}', { keepalive: false })).toEqual(result)
    expect(received).toHaveLength(1)
  })
})

test('a collector that cannot be reached is tried again', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const endpoint = `http://127.0.0.1:${port}/v1/traces`
  expect(await post(target({ endpoint }), '{}', { keepalive: false })).toMatchObject({ outcome: 'retry' })
})

test('an endpoint that is not a URL does not throw', async () => {
  expect(await post(target({ endpoint: 'http://' }), '{}', { keepalive: false })).toMatchObject({
    outcome: 'retry',
    reason: expect.stringContaining('URL'),
  })
})

test('a request without an answer is given up after ten seconds and tried again', async () => {
  const timers: { readonly callback: () => void; readonly delayMillis: number }[] = []
  const setTimeout = (callback: () => void, delayMillis: number) => timers.push({ callback, delayMillis })
  answer = () => timers[0]?.callback()
  const result = await post(target({ globals: { ...globals, setTimeout } }), '{}', { keepalive: false })
  expect(result).toMatchObject({ outcome: 'retry', reason: expect.stringContaining('aborted') })
  expect(timers).toMatchObject([{ delayMillis: 10_000 }])
})

test('the timer of a request is cleared after its answer', async () => {
  const cleared: unknown[] = []
  answer = status(200, {}, '{}')
  const own: PageGlobals = { ...globals, setTimeout: () => 77, clearTimeout: (id) => cleared.push(id) }
  await post(target({ globals: own }), '{}', { keepalive: false })
  expect(cleared).toEqual([77])
})

describe('the request', () => {
  test('has the type of OTLP JSON and the headers of the app', async () => {
    answer = status(200, {}, '{}')
    await post(target({ headers: { 'x-api-key': 'k' } }), '{"a":1}', { keepalive: true })
    expect(received[0]?.request).toMatchObject({
      method: 'POST',
      url: '/v1/traces',
      headers: { 'content-type': 'application/json', 'x-api-key': 'k' },
    })
    expect(received[0]?.request.headers).not.toHaveProperty('content-encoding')
    expect(received[0]?.body.toString()).toBe('{"a":1}')
  })

  test('names the encoding of a compressed body', async () => {
    vi.stubGlobal('location', new URL(`${origin}/cart`))
    answer = status(200, {}, '{}')
    const body = JSON.stringify({ text: 'ü'.repeat(1000) })
    const compressed = await compress(body, target())
    const result = await post(target(), compressed ?? '', { isCompressed: true, keepalive: false })
    expect(result).toMatchObject({ outcome: 'sent' })
    expect(received[0]?.request.headers['content-encoding']).toBe('gzip')
    expect(received[0]?.body.length).toBeLessThan(200)
    expect(gunzipSync(received[0]?.body ?? '').toString()).toBe(body)
  })
})

test.each([
  ['another host', 'https://collector.example/v1/traces'],
  ['another port', 'https://shop.example:4318/v1/traces'],
  ['another scheme', 'http://shop.example/v1/traces'],
  ['no URL', 'v1/traces'],
])('a body for %s is not compressed', async (_, endpoint) => {
  vi.stubGlobal('location', new URL('https://shop.example/cart'))
  expect(await compress('{}', target({ endpoint }))).toBeUndefined()
})

describe('a beacon', () => {
  const sent: { readonly url: string; readonly body: Blob }[] = []
  const page = (accepts: boolean) => {
    sent.length = 0
    vi.stubGlobal('location', new URL('https://shop.example/cart'))
    vi.stubGlobal('navigator', {
      sendBeacon(url: string, body: Blob) {
        sent.push({ url, body })
        return accepts
      },
    })
  }
  const endpoint = 'https://shop.example/v1/traces'

  test('is a JSON blob to the own origin', async () => {
    page(true)
    expect(sendBeacon('{"ü":1}', target({ endpoint }))).toBe(true)
    expect(sent).toMatchObject([{ url: endpoint, body: { type: 'application/json' } }])
    expect(await sent[0]?.body.text()).toBe('{"ü":1}')
  })

  test('that the browser refuses is reported', () => {
    page(false)
    expect(sendBeacon('{}', target({ endpoint }))).toBe(false)
  })

  test.each([
    ['with headers of the app', { endpoint, headers: { 'x-api-key': 'k' } }],
    ['to another origin', { endpoint: 'https://collector.example/v1/traces' }],
    ['to an origin that begins like the own one', { endpoint: 'https://shop.example.evil.test/v1/traces' }],
    ['to another port', { endpoint: 'https://shop.example:81/v1/traces' }],
  ])('is not sent %s', (_, options) => {
    page(true)
    expect(sendBeacon('{}', target(options))).toBe(false)
    expect(sent).toEqual([])
  })
})
