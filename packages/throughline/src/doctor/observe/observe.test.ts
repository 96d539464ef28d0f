import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SPAN_ID, TRACE_ID, target } from '../../../test/observed.ts'
import { html, type Routes, startSite } from '../../../test/site.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { DoctorOptions } from '../target/options.ts'
import { observeApis } from './api.ts'
import { doctorExport } from './doctor-spans.ts'
import { observePage, observePageAgain, observeScripts } from './page.ts'
import { observeExports, observeRelay } from './relay.ts'

const optionsOf = (url: string, changes: Partial<DoctorOptions> = {}): DoctorOptions => ({
  ...target().options,
  url: new URL(url),
  timeoutMillis: 60_000,
  ...changes,
})
const withUserInfo = (url: string) => url.replace('//', '//ann:secret@')
const SENT = `Basic ${Buffer.from('ann:secret').toString('base64')}`
const pageWith = (head: string, headers = {}): Routes => ({
  'GET /': { headers: { 'content-type': 'text/html', ...headers }, body: html(head) },
})

describe('the page', () => {
  test('is requested as a navigation, which has no trace context', async () => {
    const { url, requests } = await startSite(pageWith(''))
    await observePage(optionsOf(url))
    await observePageAgain(new URL(url), optionsOf(url))
    expect(requests.map(({ headers }) => [headers['sec-fetch-mode'], headers.traceparent])).toEqual([
      ['navigate', undefined],
      ['navigate', undefined],
    ])
  })

  test('has the policies of each header line and of each meta element', async () => {
    const head = `<meta http-equiv="Content-Security-Policy" content="a b">
      <meta http-equiv="Content-Security-Policy-Report-Only" content="no">
      <meta http-equiv=content-security-policy>
      <meta name="content-security-policy" content="no">
      <p http-equiv="content-security-policy" content="no">`
    const headers = {
      'content-security-policy': ['c d', 'e, f'],
      'content-security-policy-report-only': 'no',
    }
    const { url } = await startSite(pageWith(head, headers))
    const { policies } = await observePage(optionsOf(url))
    expect(policies.map((policy) => [...policy.keys()])).toEqual([['c'], ['e'], ['f'], ['a']])
  })

  test('is the one at the end of the redirects', async () => {
    const other = await startSite(pageWith('<script src=throughline.js>'))
    const { url } = await startSite({ 'GET /': { status: 302, headers: { location: other.url } } })
    const { response, snippet } = await observePage(optionsOf(url))
    expect([response.url.href, snippet?.src?.href]).toEqual([other.url, `${other.url}throughline.js`])
  })

  test('gets its user info again, but not on another origin', async () => {
    const site = await startSite(pageWith(''))
    const other = await startSite(pageWith(''))
    await observePageAgain(new URL(site.url), optionsOf(withUserInfo(site.url)))
    await observePageAgain(new URL(other.url), optionsOf(withUserInfo(site.url)))
    expect([site, other].map(({ requests }) => requests[0]?.headers.authorization)).toEqual([SENT, undefined])
  })
})

describe('the scripts of the page', () => {
  test('are the loader, the SDK and the extras', async () => {
    const { url, requests } = await startSite({
      ...pageWith('<script src="/throughline.js" data-sdk="/b.js">'),
      'GET /*': {},
    })
    const options = optionsOf(url)
    const { snippet } = await observePage(options)
    const scripts = await observeScripts(snippet, new URL(url), options)
    expect(scripts.map(({ role, url }) => [role, url.pathname])).toEqual([
      ['loader', '/throughline.js'],
      ['SDK', '/b.js'],
      ['extras', '/throughline-extras.js'],
    ])
    expect(requests).toHaveLength(4)
  })

  test('are only the SDK and the extras for an inline loader', async () => {
    const { url } = await startSite(pageWith('<script data-service-name=a>'))
    const { snippet } = await observePage(optionsOf(url))
    const scripts = await observeScripts(snippet, new URL(url), optionsOf(url))
    expect(scripts.map(({ role }) => role)).toEqual(['SDK', 'extras'])
  })

  test('are none without the script tag', async () => {
    expect(await observeScripts(undefined, new URL('http://127.0.0.1:1/'), target().options)).toEqual([])
  })

  test('on another origin get neither user info nor the path of the page', async () => {
    const other = await startSite({})
    const { url } = await startSite({})
    const page = new URL('/account?token=hidden#b', url)
    const { snippet } = target({ page: { head: `<script src="${other.url}throughline.js">` } }).page
    await observeScripts(snippet, page, optionsOf(withUserInfo(url)))
    expect(other.requests.map(({ headers }) => [headers.authorization, headers.referer])).toEqual(
      Array(3).fill([undefined, url]),
    )
  })
})

describe('an API', () => {
  const observedPage = (url: string, head = '') => target({ page: { url: new URL(url), head } }).page

  test('gets a preflight and a traced request, as from the page', async () => {
    const api = await startSite({})
    const page = 'https://www.example.com/a?token=hidden'
    await observeApis(observedPage(page), optionsOf(page, { apis: [new URL('/v1', api.url)] }), TRACE_ID)
    const headers = Object.fromEntries(api.requests.map(({ method, headers }) => [method, headers]))
    expect(headers).toMatchObject({
      OPTIONS: {
        origin: 'https://www.example.com',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'baggage,traceparent,tracestate',
      },
      GET: {
        origin: 'https://www.example.com',
        traceparent: expect.stringMatching(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`),
      },
    })
    expect(JSON.stringify(headers)).not.toContain('hidden')
  })

  test('on the origin of the page is none', async () => {
    const page = 'https://www.example.com/'
    const apis = await observeApis(
      observedPage(page),
      optionsOf(page, { apis: [new URL('/api', page)] }),
      TRACE_ID,
    )
    expect(apis).toEqual([])
  })

  test('is observed once when the options and the page name its origin', async () => {
    const api = await startSite({})
    const page = 'https://www.example.com/'
    const head = `<script src=/throughline.js data-propagate-to="${api.origin},https://www.example.com">`
    const options = optionsOf(page, { apis: [new URL('/v1', api.url)] })
    const apis = await observeApis(observedPage(page, head), options, TRACE_ID)
    expect(apis.map(({ url, isListed }) => [url.pathname, isListed])).toEqual([['/v1', true]])
  })

  test('is one of at most twenty that the page lists, each once', async () => {
    const page = 'https://www.example.com/'
    // Port 1 refuses connections.
    const origins = Array.from({ length: 30 }, (_, index) => `http://127.0.0.${index + 1}:1`)
    const head = `<script src=/throughline.js data-propagate-to="${[origins[0], ...origins].join()}">`
    const apis = await observeApis(observedPage(page, head), optionsOf(page), TRACE_ID)
    expect(apis.map(({ url }) => url.origin)).toEqual(origins.slice(0, 20))
  })

  test('gets no user info of the page', async () => {
    const api = await startSite({})
    const page = 'https://www.example.com/'
    await observeApis(
      observedPage(page),
      optionsOf(withUserInfo(page), { apis: [new URL(api.url)] }),
      TRACE_ID,
    )
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })
})

describe('the endpoint', () => {
  const JSON_ANSWER = { headers: { 'content-type': 'application/json' }, body: '{}' }

  /** Starts an endpoint, and observes it from a page on its origin or on another one. */
  async function observe(isOwn: boolean, status = 200) {
    const bodies: { body: Buffer; encoding: string | undefined }[] = []
    const site = await startSite({
      'POST /v1/traces': ({ headers }, body) => {
        bodies.push({ body, encoding: headers['content-encoding'] })
        return { ...JSON_ANSWER, status }
      },
    })
    const pageUrl = isOwn
      ? new URL('/a?token=hidden', site.url)
      : new URL('https://www.example.com/a?token=hidden')
    const { page } = target({ page: { url: pageUrl, head: '' } })
    const options = optionsOf(withUserInfo(pageUrl.href), { endpoint: new URL('/v1/traces', site.url) })
    const relay = await observeExports(await observeRelay(page, options), pageUrl, '{"spans":1}', options)
    return { relay, site, bodies, pageUrl }
  }

  test('on the origin of the page gets four exports, one of them compressed, and no preflight', async () => {
    const { relay, site, bodies, pageUrl } = await observe(true)
    expect(relay.preflight).toBeUndefined()
    expect(bodies.map(({ body }) => body.length)).toHaveLength(4)
    const texts = bodies.map(({ body, encoding }) =>
      (encoding === 'gzip' ? gunzipSync(body) : body).toString().trim(),
    )
    expect(texts.sort()).toEqual([
      '{"resourceSpans":[]}',
      '{"resourceSpans":[]}',
      '{"resourceSpans":[]}',
      '{"spans":1}',
    ])
    expect(Math.max(...bodies.map(({ body }) => body.length))).toBe(102_400)
    expect(site.requests.map(({ headers }) => headers.referer)).toEqual(Array(4).fill(pageUrl.href))
    expect(site.requests.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill(SENT))
  })

  test('on another origin gets three exports and a preflight, without secrets of the page', async () => {
    const { relay, site } = await observe(false)
    expect(relay.more?.compressed).toBeUndefined()
    expect(site.requests.map(({ method }) => method).sort()).toEqual(['OPTIONS', 'POST', 'POST', 'POST'])
    expect(JSON.stringify(site.requests.map(({ headers, rawHeaders }) => [headers, rawHeaders]))).not.toMatch(
      /hidden|Basic/,
    )
  })

  test.each([
    [199 + 1, 4],
    [299, 4],
    [300, 1],
    [404, 1],
  ])('that answers %i gets %i exports', async (status, count) => {
    expect((await observe(true, status)).bodies).toHaveLength(count)
  })

  test.each([
    [
      'is that of the options',
      '<script src=/throughline.js data-endpoint=/tag>',
      new URL('http://127.0.0.1:1/option'),
      '/option',
    ],
    ['is that of the tag', '<script src=/throughline.js data-endpoint=/tag>', undefined, '/tag'],
    ['is the default without a tag', '', undefined, '/v1/traces'],
  ])('%s', async (_, ...[head, endpoint, path]) => {
    const url = new URL('http://127.0.0.1:1/')
    const { page } = target({ page: { url, head: String(head) } })
    const options = optionsOf(url.href, endpoint instanceof URL ? { endpoint } : {})
    expect((await observeRelay(page, options)).url.pathname).toBe(path)
  })
})

describe('the spans of the doctor', () => {
  const ROOT = { traceId: TRACE_ID, spanId: 'a'.repeat(16), startMillis: 1_000.25, endMillis: 2_000 }
  const spansOf = (text: string) =>
    (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] })
      .resourceSpans[0]?.scopeSpans[0]?.spans

  test('are a root and a client span for each request', () => {
    const { traced } = target()
    const spans = spansOf(doctorExport(ROOT, [{ ...traced, url: new URL('https://a.example/?b=secret') }]))
    expect(spans).toMatchObject([
      {
        traceId: TRACE_ID,
        spanId: ROOT.spanId,
        kind: 1,
        startTimeUnixNano: '1000250000',
        endTimeUnixNano: '2000000000',
      },
      { traceId: TRACE_ID, spanId: SPAN_ID, parentSpanId: ROOT.spanId, kind: 3, flags: 1 },
    ])
    expect(JSON.stringify(spans)).not.toContain('secret')
  })

  test.each([
    ['a request without a response', { response: new RequestFailure('closed', '') }],
    ['a request of another trace', { traceId: 'f'.repeat(32) }],
  ])('contain none for %s', (_, changes) => {
    expect(spansOf(doctorExport(ROOT, [{ ...target().traced, ...changes }]))).toHaveLength(1)
  })
})
