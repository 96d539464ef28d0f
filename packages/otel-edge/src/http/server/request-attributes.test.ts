import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import { type EdgeOptions, tracing } from '../../index.ts'

/** The attributes of the server spans of requests, in the order of the requests. */
async function attributesOf(
  requests: readonly Request[],
  options: EdgeOptions = {},
  env: object = {},
): Promise<Readonly<Record<string, unknown>>[]> {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options(options))).all('*', (c) => c.body(null, 204))
  for (const request of requests) {
    const ctx = createExecutionContext()
    await app.fetch(request, env, ctx)
    await waitOnExecutionContext(ctx)
  }
  const spans = await collector.waitForSpans(requests.length)
  return spans.map(({ values }) => values)
}

const valuesOf = async (url: string, init: RequestInit<CfProperties> = {}) => {
  const [values = {}] = await attributesOf([new Request(url, init)])
  return values
}

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#setting-serveraddress-and-serverport-attributes
describe('the address of the server', () => {
  test.each([
    ['http://shop.example/', 'http', 'shop.example', 80],
    ['https://shop.example/', 'https', 'shop.example', 443],
    ['http://shop.example:8080/', 'http', 'shop.example', 8080],
    ['https://shop.example:443/', 'https', 'shop.example', 443],
    ['https://shop.example:80/', 'https', 'shop.example', 80],
    ['HTTP://SHOP.example/', 'http', 'shop.example', 80],
    ['http://192.0.2.7:8787/', 'http', '192.0.2.7', 8787],
    ['https://münchen.example/', 'https', 'xn--mnchen-3ya.example', 443],
  ])('%s has the scheme %s, the address %s and the port %d', async (url, scheme, address, port) => {
    expect(await valuesOf(url)).toMatchObject({
      'url.scheme': scheme,
      'server.address': address,
      'server.port': port,
    })
  })

  test('requests to several hosts have the address of their own host', async () => {
    const urls = [
      'http://shop.example/a',
      'http://shop.example/b',
      'http://shop.example:8080/c',
      'http://shop.example.evil/d',
      'https://shop.example/e',
      'http://shop.example/f',
    ]
    const all = await attributesOf(urls.map((url) => new Request(url)))
    expect(
      all.map((values) => [values['server.address'], values['server.port'], values['url.path']]),
    ).toEqual([
      ['shop.example', 80, '/a'],
      ['shop.example', 80, '/b'],
      ['shop.example', 8080, '/c'],
      ['shop.example.evil', 80, '/d'],
      ['shop.example', 443, '/e'],
      ['shop.example', 80, '/f'],
    ])
  })
})

describe('the path and the query', () => {
  test.each([
    ['http://x/', '/', undefined],
    ['http://x', '/', undefined],
    ['http://x/a/b.html', '/a/b.html', undefined],
    ['http://x/a%20b/%C3%BC', '/a%20b/%C3%BC', undefined],
    ['http://x/a/../b', '/b', undefined],
    ['http://x//a//', '//a//', undefined],
    ['http://x/a?', '/a', ''],
    ['http://x?q=1', '/', 'q=REDACTED'],
    ['http://x/a?q=1&r=2', '/a', 'q=REDACTED&r=REDACTED'],
    ['http://x/a?q=1?r=2', '/a', 'q=REDACTED'],
    ['http://x/a?flag', '/a', 'flag'],
    ['http://x/a?q=http://y/b', '/a', 'q=REDACTED'],
  ])('%s has the path %s and the query %j', async (url, path, query) => {
    const values = await valuesOf(url)
    expect([values['url.path'], values['url.query']]).toEqual([path, query])
  })

  test('listed parameters of the query keep their values', async () => {
    const request = new Request('http://x/a?page=2&q=umbrella&Page=3')
    const [values] = await attributesOf([request], { keepQuery: ['page'] })
    expect(values?.['url.query']).toBe('page=2&q=REDACTED&Page=REDACTED')
  })

  test('an e-mail address in the path is redacted', async () => {
    const { 'url.path': path } = await valuesOf('http://x/users/anna@example.com/orders')
    expect(path).toBe('/users/REDACTED/orders')
  })
})

describe('the method', () => {
  test.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    '%s is recorded without an original method',
    async (method) => {
      const values = await valuesOf('http://x/', { method })
      expect(values['http.request.method']).toBe(method)
      expect(values).not.toHaveProperty('http.request.method_original')
    },
  )

  test.each(['PURGE', 'PROPFIND', 'MKCOL'])('%s is recorded as the original method', async (method) => {
    expect(await valuesOf('http://x/', { method })).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': method,
    })
  })

  test('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS replaces the list of known methods', async () => {
    const requests = ['PURGE', 'GET'].map((method) => new Request('http://x/', { method }))
    const all = await attributesOf(requests, {}, { OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: 'PURGE' })
    expect(all.map((values) => values['http.request.method'])).toEqual(['PURGE', '_OTHER'])
  })
})

describe('the user agent', () => {
  test('the User-Agent header is recorded unchanged', async () => {
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'
    const values = await valuesOf('http://x/', { headers: { 'user-agent': agent } })
    expect(values['user_agent.original']).toBe(agent)
  })

  test('a long User-Agent header is cut to 512 characters', async () => {
    const values = await valuesOf('http://x/', { headers: { 'user-agent': 'a'.repeat(2_000) } })
    expect(values['user_agent.original']).toBe('a'.repeat(512))
  })

  test('a request without the header has no attribute', async () => {
    expect(await valuesOf('http://x/')).not.toHaveProperty('user_agent.original')
  })
})

test('the address of the client is not recorded', async () => {
  const headers = {
    'cf-connecting-ip': '192.0.2.1',
    'x-forwarded-for': '192.0.2.1',
    forwarded: 'for=192.0.2.1',
  }
  expect(JSON.stringify(await valuesOf('http://x/', { headers }))).not.toContain('192.0.2.1')
})
