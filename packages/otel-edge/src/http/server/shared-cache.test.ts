import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../../test/collector.ts'
import { tracing } from '../../index.ts'

const FUTURE = 'Fri, 01 Jan 2100 00:00:00 GMT'
const PAST = 'Thu, 01 Jan 1970 00:00:00 GMT'

async function serverTiming(
  headers: Record<string, string>,
  {
    status = 200,
    method = 'GET',
    request = {},
  }: { status?: number; method?: string; request?: Record<string, string> } = {},
): Promise<string | null> {
  const app = new Hono().use(tracing({ ...new TestCollector().options(), traceIdHeader: true }))
  app.on(['GET', 'POST'], '/', () => new Response(status === 304 ? null : 'ok', { status, headers }))
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request('http://x/', { method, headers: request }), {}, ctx)
  await waitOnExecutionContext(ctx)
  const timing = response.headers.get('server-timing')
  // `Trace-Id` is present exactly when `Server-Timing` contains ids.
  expect(response.headers.has('trace-id')).toBe(timing?.includes('traceparent') ?? false)
  return timing
}

describe('a response that a shared cache may reuse has no trace ids', () => {
  test.each<[Record<string, string>, Parameters<typeof serverTiming>[1]?]>([
    [{ 'cache-control': 'public, max-age=60' }],
    [{ 'cache-control': 'max-age=60' }],
    [{ 'cache-control': 'MAX-AGE="60"' }],
    [{ 'cache-control': 's-maxage=60' }],
    [{ 'cache-control': 'max-age=0, s-maxage=60' }],
    [{ 'cache-control': 's-maxage=1, stale-while-revalidate' }],
    [{ 'cache-control': 'max-age=0, stale-while-revalidate=60' }],
    [{ 'cache-control': 'max-age=0, stale-if-error=60' }],
    [{ 'cache-control': 'public' }],
    [{ 'cache-control': 'private="set-cookie", max-age=60' }],
    [{ 'cache-control': 'max-age=60', expires: PAST }],
    [{ 'cache-control': 'max-age=60', vary: 'cookie, accept' }],
    [{ 'cache-control': 'max-age=60', 'set-cookie': 'a=1' }],
    [{ 'cache-control': 'public, max-age=60' }, { request: { authorization: 'x' } }],
    [{ 'cache-control': 'max-age=60' }, { status: 500 }],
    [{ 'cache-control': 'max-age=60' }, { status: 304 }],
    [{ 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }],
    [{ 'cache-control': 'no-store', 'cloudflare-cdn-cache-control': 'max-age=60' }],
    [{ 'surrogate-control': 'max-age=60' }],
    [{ 'cache-control': 'no-cache', 'x-accel-expires': '60' }],
    [{ expires: FUTURE }],
    [{ 'last-modified': PAST }],
    [{ 'last-modified': PAST, 'cache-control': 'must-revalidate' }],
    [{ 'last-modified': PAST }, { status: 404 }],
    [{ etag: '"1"' }, { status: 304 }],
  ])('a response with %j %j has no trace ids', async (headers, more) => {
    expect(await serverTiming(headers, more)).toBeNull()
    expect(await serverTiming({ ...headers, 'server-timing': 'db;dur=5' }, more)).toBe('db;dur=5')
    const inner = 'db;dur=5, trace;desc="00-a-b-01", edge;desc="1";dur=2'
    expect(await serverTiming({ ...headers, 'server-timing': inner }, more)).toBe('db;dur=5')
  })
})

describe('a response that a shared cache may not reuse has trace ids', () => {
  test.each<[Record<string, string>, Parameters<typeof serverTiming>[1]?]>([
    [{}],
    [{ etag: '"1"' }],
    [{ 'cache-control': 'no-store' }],
    [{ 'cache-control': 'private, max-age=60' }],
    [{ 'cache-control': 'max-age=60,private' }],
    [{ 'cache-control': 'no-cache, max-age=60' }],
    [{ 'cache-control': 'public, max-age=0, must-revalidate' }],
    [{ 'cache-control': 'public, max-age=0, must-revalidate, stale-if-error=60' }],
    [{ 'cache-control': 'max-age=60, s-maxage=0' }],
    [{ 'cache-control': 'max-age=60', vary: '*' }],
    [{ 'cache-control': 'max-age=60' }, { method: 'POST' }],
    [{ 'cache-control': 'max-age=60' }, { request: { authorization: 'x' } }],
    [{ 'cache-control': 'public, max-age=0', 'last-modified': PAST }],
    [{ 'cache-control': 'public, max-age=0, must-revalidate' }, { status: 304 }],
    [{ expires: PAST, 'last-modified': PAST }],
    [{ expires: '0' }],
    [{ 'last-modified': PAST }, { status: 500 }],
    [{ 'cdn-cache-control': 'no-store' }],
    [{ 'x-accel-expires': '0' }],
  ])('a response with %j %j has trace ids', async (headers, more) => {
    expect(await serverTiming(headers, more)).toContain('traceparent;desc="00-')
  })
})
