import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { startTestCollector } from '../../test/collector.ts'
import { makeRequest, makeSpan } from '../../test/otlp.ts'

const ORIGIN = 'https://shop.example'
const ALLOW = 'access-control-allow-origin'

interface Sent {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Sends a request with the exact headers, among them `Host`, which `fetch` does not allow. */
async function ask(url: string | URL, { method, headers = {}, body = '' }: Sent) {
  const request = httpRequest(url, { method, headers: { ...headers, 'content-length': body.length } })
  request.end(body)
  const [response] = await once(request, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

// https://fetch.spec.whatwg.org/#cors-preflight-fetch
describe('a preflight', () => {
  const preflight = (more: Sent['headers'] = {}): Sent => ({
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'POST', ...more },
  })

  test.each([ORIGIN, 'http://localhost:5173', 'null', 'chrome-extension://abcdefghijklmnop'])(
    'a preflight from the origin %s is allowed',
    async (origin) => {
      const { otlpUrl } = await startTestCollector()
      const { status, headers, body } = await ask(otlpUrl, preflight({ origin }))
      expect([status, body, headers[ALLOW]]).toEqual([204, '', '*'])
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    },
  )

  test.each([
    ['content-type', 'content-type'],
    ['content-type,authorization,x-api-key', 'content-type,authorization,x-api-key'],
    [undefined, 'content-type, content-encoding, authorization, traceparent, tracestate, baggage'],
    ['', 'content-type, content-encoding, authorization, traceparent, tracestate, baggage'],
  ])('a preflight with the request headers %j allows %j', async (asked, allowed) => {
    const { otlpUrl } = await startTestCollector()
    const { headers } = await ask(
      otlpUrl,
      preflight(asked === undefined ? {} : { 'access-control-request-headers': asked }),
    )
    expect(headers).toMatchObject({
      'access-control-allow-headers': allowed,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-max-age': '7200',
      vary: 'Access-Control-Request-Headers',
    })
  })

  test.each(['/v1/traces', '/v1/logs', '/nowhere'])(
    'a preflight of %s is answered before the route',
    async (path) => {
      const { otlpUrl } = await startTestCollector()
      expect(await ask(new URL(path, otlpUrl), preflight())).toMatchObject({ status: 204, body: '' })
    },
  )

  test('OPTIONS without an origin has no CORS headers', async () => {
    const { otlpUrl } = await startTestCollector()
    const { status, headers } = await ask(otlpUrl, { method: 'OPTIONS' })
    expect(status).toBe(204)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  })

  test('a preflight with the Host header of another site is refused, and its page cannot read the response', async () => {
    const { otlpUrl } = await startTestCollector()
    const { status, headers } = await ask(otlpUrl, preflight({ host: 'rebound.example' }))
    expect(status).toBe(421)
    expect(headers).not.toHaveProperty(ALLOW)
  })
})

describe('a response that a page can read', () => {
  const spans = JSON.stringify(makeRequest('shop', [makeSpan()]))
  const json = { 'content-type': 'application/json' }

  test.each<[number, string, Sent]>([
    [200, '/v1/traces', { method: 'POST', headers: json, body: spans }],
    [200, '/healthz', { method: 'GET' }],
    [400, '/v1/traces', { method: 'POST', headers: json, body: '{' }],
    [
      400,
      '/v1/traces',
      { method: 'POST', headers: { ...json, 'content-encoding': 'gzip' }, body: 'no gzip' },
    ],
    [404, '/v1/metrics', { method: 'POST', headers: json, body: '{}' }],
    [404, '/nowhere', { method: 'GET' }],
    [405, '/v1/traces', { method: 'GET' }],
    [413, '/v1/traces', { method: 'POST', headers: json, body: Buffer.alloc(4 * 1024 * 1024 + 1) }],
    [415, '/v1/traces', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: spans }],
    [415, '/v1/traces', { method: 'POST', headers: { ...json, 'content-encoding': 'br' }, body: spans }],
  ])('a page of another origin can read a response of status %d (%s)', async (status, path, sent) => {
    const { otlpUrl } = await startTestCollector()
    const headers = { ...sent.headers, origin: ORIGIN }
    const answer = await ask(new URL(path, otlpUrl), { ...sent, headers })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ [ALLOW]: '*', 'access-control-expose-headers': 'Retry-After' })
    // A preflight only has these.
    expect(answer.headers).not.toHaveProperty('access-control-allow-headers')
    expect(answer.headers).not.toHaveProperty('access-control-max-age')
  })
})

// Traces can contain personal data, so a page of another origin must not read them.
describe('the query API', () => {
  test.each(['/api/services', '/api/v3/services', '/api/live/traces/1', '/trace/1.json', '/', '/healthz'])(
    'a page of another origin cannot read %s',
    async (path) => {
      const { uiUrl } = await startTestCollector()
      const get = await ask(new URL(path, uiUrl), { method: 'GET', headers: { origin: ORIGIN } })
      expect(get.headers).not.toHaveProperty(ALLOW)
      const preflight = await ask(new URL(path, uiUrl), {
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'GET' },
      })
      expect(preflight).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
      expect(preflight.headers).not.toHaveProperty(ALLOW)
    },
  )
})
