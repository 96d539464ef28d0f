import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestHarness } from 'wrangler'

const PAGE = '<!doctype html><html><head><title>An existing site</title></head><body>Welcome</body></html>'

const received: string[] = []
let origin: Server
let gateway: ReturnType<typeof createTestHarness>

beforeAll(async () => {
  origin = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url === '/v1/traces') {
      received.push(gunzipSync(Buffer.concat(chunks)).toString())
      return response.end('{}')
    }
    if (request.url?.startsWith('/api/')) {
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ traceparent: request.headers.traceparent }))
    }
    response.setHeader('content-type', 'text/html')
    response.setHeader('cache-control', 'public, max-age=60')
    response.setHeader('etag', '"v1"')
    if (request.headers['if-none-match'] === '"v1"') return response.writeHead(304).end()
    return response.end(PAGE)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  gateway = createTestHarness({
    root: join(import.meta.dirname, '../../..'),
    workers: [
      {
        config: {
          name: 'gateway',
          main: 'apps/edge/gateway/src/index.ts',
          compatibility_date: '2026-11-01',
          vars: {
            OTEL_EXPORTER_OTLP_ENDPOINT: originUrl(),
            ALLOWED_ORIGINS: 'https://checkout.example, https://www.example/',
            SNIPPET_SERVICE_NAME: 'site-web',
          },
        },
      },
    ],
  })
  await gateway.listen()
})
afterAll(async () => {
  await gateway?.close()
  origin?.close()
})

const originUrl = () => `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
// As on a route: the worker sees the site's own address, and fetching it reaches the origin.
const ask = (path: string, headers: Record<string, string> = {}) =>
  gateway.fetch(`${originUrl()}${path}`, { headers })

describe('the gateway alone, in front of a site that exists', () => {
  it('passes pages on with the script tag in them, as cacheable as they were', async () => {
    const response = await ask('/')
    expect(await response.text()).toBe(
      PAGE.replace('<head>', '<head><script src="/throughline.js" data-service-name="site-web"></script>'),
    )
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    expect(response.headers.get('etag')).toBe('"v1"')
    expect(response.headers.get('server-timing')).toMatch(/^traceparent;desc="00-/)
  })

  it('tells a browser that has the page already that it is still good', async () => {
    const response = await ask('/', { 'if-none-match': '"v1"' })
    expect([response.status, await response.text()]).toEqual([304, ''])
    expect(response.headers.get('etag')).toBe('"v1"')
  })

  it('carries the trace of its own pages and of allowed origins on to the API, nobody else’s', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`
    const seenFrom = async (headers: Record<string, string>) =>
      ((await (await ask('/api/x', { traceparent, ...headers })).json()) as { traceparent: string })
        .traceparent
    expect(await seenFrom({ 'sec-fetch-site': 'same-origin' })).toContain(traceId)
    expect(await seenFrom({ origin: 'https://checkout.example' })).toContain(traceId)
    expect(await seenFrom({ origin: 'https://www.example' })).toContain(traceId)
    expect(await seenFrom({ origin: 'https://evil.example' })).not.toContain(traceId)
  })

  it('takes spans of its own pages and of allowed origins, and passes them on', async () => {
    const post = (from: string) =>
      gateway.fetch(`${originUrl()}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: from },
        body: JSON.stringify({
          resourceSpans: [
            {
              resource: { attributes: [{ key: 'from', value: { stringValue: from } }] },
              scopeSpans: [
                {
                  spans: [
                    {
                      traceId: '0af7651916cd43dd8448eb211c80319c',
                      spanId: 'b7ad6b7169203331',
                      name: 'click',
                      kind: 1,
                      startTimeUnixNano: `${Date.now()}000000`,
                      endTimeUnixNano: `${Date.now()}000000`,
                    },
                  ],
                },
              ],
            },
          ],
        }),
      })
    const statuses = []
    for (const from of [originUrl(), 'https://checkout.example', 'https://evil.example']) {
      const response = await post(from)
      await response.text()
      statuses.push(response.status)
    }
    expect(statuses).toEqual([200, 200, 403])
    await vi.waitFor(() => expect(received.filter((body) => body.includes('"click"'))).toHaveLength(2))
  })

  it('is traced itself', async () => {
    await (await ask('/')).text()
    await vi.waitFor(
      () => expect(received.join('\n')).toMatch(/"service.name","value":\{"stringValue":"gateway"\}/),
      { timeout: 3_000 },
    )
  })
})
