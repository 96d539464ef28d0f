import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchDependencies, fetchOperations, fetchServices, fetchSummaries, fetchTrace } from './api.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** A stub of the network: it gives every request the same response and records the requests. */
function serve(body: unknown, init: ResponseInit = {}): Request[] {
  const requests: Request[] = []
  vi.stubGlobal('fetch', async (path: string, options?: RequestInit) => {
    requests.push(new Request(`http://localhost:16686${path}`, options))
    return init.status === 304 ? new Response(null, init) : Response.json(body, init)
  })
  return requests
}

test('services are returned by name', async () => {
  const requests = serve({ services: ['api', 'web'] })
  expect(await fetchServices()).toEqual(['api', 'web'])
  expect(requests[0]?.url).toBe('http://localhost:16686/api/v3/services')
})

test('operations of a service are returned as unique names', async () => {
  const requests = serve({
    operations: [
      { name: 'GET', spanKind: 'client' },
      { name: 'GET', spanKind: 'server' },
      { name: 'click', spanKind: 'internal' },
    ],
  })
  expect(await fetchOperations('shop & more')).toEqual(['GET', 'click'])
  expect(requests[0]?.url).toBe('http://localhost:16686/api/v3/operations?service=shop+%26+more')
})

test('a search sends its parameters', async () => {
  const requests = serve({ summaries: [] })
  expect(await fetchSummaries(new URLSearchParams({ 'query.serviceName': 'web' }))).toEqual([])
  expect(requests[0]?.url).toContain('/api/v3/trace-summaries?query.serviceName=web')
})

test('calls between services are requested for a period that ends now', async () => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
  const requests = serve({ data: [{ parent: 'web', child: 'api', callCount: 1 }] })
  expect(await fetchDependencies(60_000)).toHaveLength(1)
  expect(requests[0]?.url).toContain('/api/dependencies?endTs=1000000&lookback=60000')
})

describe('a trace', () => {
  test('a trace has the revision of its response', async () => {
    const requests = serve({ result: { resourceSpans: [] } }, { headers: { etag: '"2-7"' } })
    expect(await fetchTrace('abc', undefined)).toEqual({ resourceSpans: [], etag: '"2-7"' })
    expect(requests[0]?.headers.has('if-none-match')).toBe(false)
  })

  test('an unchanged trace is undefined', async () => {
    const requests = serve(undefined, { status: 304 })
    expect(await fetchTrace('abc', '"2-7"')).toBeUndefined()
    expect(requests[0]?.headers.get('if-none-match')).toBe('"2-7"')
  })
})

describe('an error', () => {
  test.each([
    ['of v3', { error: { httpCode: 400, message: 'service is required' } }, 'service is required'],
    ['of the legacy API', { data: null, errors: [{ code: 400, msg: 'bad limit' }] }, 'bad limit'],
    ['without words', {}, 'the collector answered 400'],
  ])('an error response is thrown with its message: %s', async (_, body, message) => {
    serve(body, { status: 400 })
    await expect(fetchServices()).rejects.toThrow(message)
  })

  test('a network error names the collector and has its cause', async () => {
    const cause = new TypeError('fetch failed')
    vi.stubGlobal('fetch', () => Promise.reject(cause))
    await expect(fetchServices()).rejects.toMatchObject({
      message: 'The collector does not answer. Check that it is running.',
      cause,
    })
  })
})
