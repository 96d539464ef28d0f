import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { isNamed, textOf, waitForSpan, waitForSpans } from '@throughline/otel-testing'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { type RunningWorkers, startWorkers } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PAGE = '<!doctype html><html><head><title>An existing site</title></head><body>Welcome</body></html>'

// The site and the collector have the same address.
let origin: Collector
let gateway: RunningWorkers

beforeAll(async () => {
  origin = await startCollector({ origin: answerAsSite })
  gateway = await startWorkers({
    root: join(import.meta.dirname, '../../..'),
    workers: [
      {
        config: {
          name: 'gateway',
          main: 'apps/edge/gateway/src/index.ts',
          vars: {
            OTEL_EXPORTER_OTLP_ENDPOINT: origin.url,
            ALLOWED_ORIGINS: 'https://checkout.example, https://www.example/',
            SNIPPET_SERVICE_NAME: 'site-web',
            PAGE_SERVICE_NAMES: 'site-web, shop-web',
            PAGE_BYTES_PER_MINUTE: 'many',
          },
        },
      },
    ],
  })
})
afterAll(async () => {
  await gateway?.stop()
  await origin?.close()
})

function answerAsSite(request: IncomingMessage, response: ServerResponse): unknown {
  if (request.url?.startsWith('/api/')) {
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ traceparent: request.headers.traceparent }))
  }
  if (request.url === '/config.json') return response.end('{"theme":"dark"}')
  response.setHeader('content-type', 'text/html')
  response.setHeader('cache-control', 'public, max-age=60')
  response.setHeader('etag', '"v1"')
  if (request.headers['if-none-match'] === '"v1"') return response.writeHead(304).end()
  return response.end(PAGE)
}

// As on a route: the worker sees the site's own address, and fetching it reaches the origin.
const ask = (path: string, headers: Record<string, string> = {}) =>
  gateway.fetch(`${origin.url}${path}`, { headers })

describe('the gateway alone, in front of a site that exists', () => {
  it('the gateway inserts the script tag into pages and keeps their caching headers', async () => {
    const response = await ask('/')
    expect(await response.text()).toBe(
      PAGE.replace('<head>', '<head><script src="/throughline.js" data-service-name="site-web"></script>'),
    )
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    expect(response.headers.get('etag')).toBe('"v1"')
    // Visitors of a shared cache would all continue the trace of the first of them.
    expect(response.headers.get('server-timing')).toBeNull()
  })

  it('/config.json is forwarded to the site without TRACE_URL', async () => {
    expect(await (await ask('/config.json')).json()).toEqual({ theme: 'dark' })
  })

  it('a browser that has the page in its cache gets a 304', async () => {
    const response = await ask('/', { 'if-none-match': '"v1"' })
    expect([response.status, await response.text()]).toEqual([304, ''])
    expect(response.headers.get('etag')).toBe('"v1"')
  })

  it('traces of own pages and of allowed origins are continued, and no others', async () => {
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

  it('spans of own pages and of allowed origins are forwarded', async () => {
    const post = (from: string, service = 'shop-web') =>
      gateway.fetch(`${origin.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: from },
        body: JSON.stringify({
          resourceSpans: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
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
    for (const from of [origin.url, 'https://checkout.example', 'https://evil.example']) {
      const response = await post(from)
      await response.text()
      statuses.push(response.status)
    }
    expect(statuses).toEqual([200, 200, 403])
    expect(await (await post(origin.url, 'payments')).json()).toMatchObject({
      partialSuccess: { rejectedSpans: '1' },
    })
    const clicks = await waitForSpans(origin, isNamed('click'), 2)
    expect(clicks.map(({ resource }) => resource['throughline.relayed'])).toEqual([true, true])
    expect(origin.exports.map(textOf).join()).not.toContain('payments')
  })

  it('the gateway is traced', async () => {
    await (await ask('/')).text()
    await waitForSpan(origin, ({ service }) => service === 'gateway')
  })
})
