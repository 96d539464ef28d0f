import { describe, expect, test } from 'vitest'
import { span, TRACE_ID, target } from '../../../test/observed.ts'
import { type Routes, type Site, startSite } from '../../../test/site.ts'
import { missingServices, observeTrace } from './backend.ts'

const json = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const zipkin = (...spans: readonly (readonly [id: string, service: string])[]) =>
  json(spans.map(([id, serviceName]) => ({ id, localEndpoint: { serviceName } })))
const otlp = (...services: readonly string[]) =>
  json({
    result: {
      resourceSpans: services.map((service, index) => ({
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [{ spans: [{ spanId: `${index + 1}`.padStart(16, '0') }] }],
      })),
    },
  })
const JAEGER = { 'GET /api/v3/services': json({ services: [] }) }
const ZIPKIN = { 'GET /api/v2/services': json([]) }

const observe = (backend: URL, expected: readonly string[] = []) =>
  observeTrace(
    backend,
    { traceId: TRACE_ID, requests: [] },
    { ...target().options, timeoutMillis: 60_000, waitMillis: 30, expected },
  )
const paths = ({ requests }: Site) => requests.map(({ url }) => url)

describe('the query API', () => {
  test.each([
    ['is that of Jaeger', { ...JAEGER, [`GET /api/v3/traces/${TRACE_ID}`]: otlp('shop') }],
    ['is that of Zipkin', { ...ZIPKIN, [`GET /api/v2/trace/${TRACE_ID}`]: zipkin(['1', 'shop']) }],
    [
      'is that of Jaeger if there are both',
      { ...JAEGER, ...ZIPKIN, [`GET /api/v3/traces/${TRACE_ID}`]: otlp('shop') },
    ],
  ])('%s', async (_, routes: Routes) => {
    const { url } = await startSite(routes)
    const { spans, problem, traceId } = await observe(new URL(url))
    expect([spans.map(({ service }) => service), problem, traceId]).toEqual([['shop'], undefined, TRACE_ID])
  })

  test.each([
    ['a path', 'jaeger', '/jaeger'],
    ['a path that ends in a slash', 'jaeger/', '/jaeger'],
    ['a query and a fragment', 'jaeger?a=b#c', '/jaeger'],
    ['no path', '', ''],
  ])('can be below %s', async (_, path, prefix) => {
    const site = await startSite({
      [`GET ${prefix}/api/v3/services`]: json({ services: [] }),
      [`GET ${prefix}/api/v3/traces/${TRACE_ID}`]: otlp('shop'),
    })
    expect((await observe(new URL(path, site.url))).spans).toHaveLength(1)
    expect(paths(site)).toContain(`${prefix}/api/v3/traces/${TRACE_ID}`)
  })

  test('gets the user info of its address, with every request', async () => {
    const site = await startSite({ ...JAEGER, [`GET /api/v3/traces/${TRACE_ID}`]: otlp('shop') })
    await observe(new URL(site.url.replace('//', '//ann:secret@')))
    const sent = `Basic ${Buffer.from('ann:secret').toString('base64')}`
    expect(new Set(site.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([sent]))
  })

  test.each([
    ['without one of them', {}, 'api/v3/services: status 404, api/v2/services: status 404'],
    [
      'with JSON of something else',
      { 'GET /api/v3/services': json({ data: [] }), 'GET /api/v2/services': json([1]) },
      'api/v3/services: status 200, api/v2/services: status 200',
    ],
    [
      'with a page',
      { 'GET /*': { body: '<!doctype html>' } },
      'api/v3/services: status 200, api/v2/services: status 200',
    ],
    [
      'with an error status',
      { 'GET /api/v3/services': json({ services: [] }, 500) },
      'api/v3/services: status 500, api/v2/services: status 404',
    ],
  ])('is not known %s', async (_, routes: Routes, seen) => {
    const { url } = await startSite(routes)
    expect((await observe(new URL(url))).problem).toEqual({ isReached: true, seen: `${url}: ${seen}` })
  })

  test('is not known when only the second request has no response', async () => {
    const { url } = await startSite({ 'GET /api/v2/services': () => 'cut' })
    const { problem } = await observe(new URL(url))
    expect(problem?.isReached).toBe(true)
    expect(problem?.seen).toMatch(
      /api\/v3\/services: status 404, api\/v2\/services: .* closed the connection/,
    )
  })

  test('is not reached without a response, and its credentials are not printed', async () => {
    const { url } = await startSite({ 'GET /*': () => 'cut' })
    const { problem } = await observe(new URL(`?key=hidden`, url.replace('//', '//ann:secret@')))
    expect(problem?.isReached).toBe(false)
    expect(problem?.seen).not.toMatch(/ann|secret|hidden/)
  })
})

describe('the trace', () => {
  /** A Zipkin whose answers come one after the other, the last one again and again. */
  async function zipkinWith(...answers: readonly ReturnType<typeof json>[]) {
    let count = 0
    return startSite({
      ...ZIPKIN,
      'GET /api/v2/trace/*': () => answers[Math.min(count++, answers.length - 1)] ?? { status: 404 },
    })
  }
  const A = ['1', 'a'] as const
  const B = ['2', 'b'] as const
  const reads = ({ requests }: Site) => requests.length - 2

  test.each([
    ['when two reads in a row are equal', [zipkin(A), zipkin(A)], [], 2],
    ['when it has stopped to grow', [zipkin(A), zipkin(A, B), zipkin(A, B)], [], 3],
    ['when it comes late', [json({}, 404), json([]), zipkin(A), zipkin(A)], [], 4],
    ['when the expected service has come', [zipkin(A), zipkin(A), zipkin(A, B), zipkin(A, B)], ['B'], 4],
    [
      'when it is more than the spans of the doctor',
      [zipkin(['1', 'throughline-doctor']), zipkin(['1', 'throughline-doctor']), zipkin(A, B), zipkin(A, B)],
      [],
      4,
    ],
  ])('is complete %s', async (_, ...[answers, expected, count]) => {
    const site = await zipkinWith(...answers)
    await observe(new URL(site.url), expected)
    expect(reads(site)).toBe(count)
  })

  test.each([
    ['does not come', [json({}, 404)], []],
    ['is no JSON', [{ ...json({}), body: '<html>' }], []],
    ['lacks a service', [zipkin(A)], ['b']],
  ])('is read 30 times when it %s', async (_, answers, expected) => {
    const site = await zipkinWith(...answers)
    await observe(new URL(site.url), expected)
    expect(reads(site)).toBe(30)
  })

  test('is not read any longer when its answers take too long', async () => {
    const site = await startSite({ ...ZIPKIN, 'GET /api/v2/trace/*': () => 'hang' })
    const options = { ...target().options, timeoutMillis: 100, waitMillis: 100 }
    await observeTrace(new URL(site.url), { traceId: TRACE_ID, requests: [] }, options)
    expect(reads(site)).toBeLessThan(4)
  })

  test('has each span once, and the copies apart', async () => {
    const site = await zipkinWith(zipkin(A, B, ['1', 'c'], ['1', 'd']))
    const { spans, copies } = await observe(new URL(site.url))
    expect([spans, copies].map((list) => list.map(({ service }) => service))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })
})

describe('the missing services', () => {
  const spans = [span({ service: 'Shop' }), span({ service: 'gateway' })]

  test.each([
    ['are none when all are there', ['gateway', 'Shop'], []],
    ['are found without case', ['GATEWAY', 'shop'], []],
    ['are in the order of the options', ['b', 'shop', 'a'], ['b', 'a']],
    ['are compared as a whole', ['sho'], ['sho']],
  ])('%s', (_, expected, missing) => {
    expect(missingServices(spans, expected)).toEqual(missing)
  })
})
