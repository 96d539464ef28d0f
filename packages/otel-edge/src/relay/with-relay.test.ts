import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expectTrace } from '@throughline/otel-testing'
import { describe, expect, test } from 'vitest'
import { TestCollector } from '../../test/collector.ts'
import type { TestEnv } from '../../test/worker.ts'
import { instrument, type RelayOptions, withRelay } from '../index.ts'

const BATCH = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop-web' } }] },
      scopeSpans: [
        {
          scope: { name: 'web' },
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              name: 'click "Buy"',
              kind: 1,
              startTimeUnixNano: `${Date.now()}000000`,
              endTimeUnixNano: `${Date.now()}000000`,
            },
          ],
        },
      ],
    },
  ],
}

const post = (headers: Record<string, string> = {}) =>
  new Request('https://shop.example/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(BATCH),
  })

async function send(handler: ExportedHandler<TestEnv>, request: Request): Promise<Response> {
  const ctx = createExecutionContext()
  const response = await handler.fetch?.(request as never, env as unknown as TestEnv, ctx)
  const body = await response?.arrayBuffer()
  await waitOnExecutionContext(ctx)
  return new Response(response?.status === 204 ? null : body, response)
}

const worker = { fetch: (request: Request) => new Response(new URL(request.url).pathname, { status: 201 }) }

describe('a worker with the relay and without Hono', () => {
  test('forwards the spans of pages, and has no span of that request', async () => {
    const collector = new TestCollector()
    const handler = withRelay<TestEnv>(instrument<TestEnv>(worker, collector.options()), {
      url: collector.tracesUrl,
    })
    expect((await send(handler, post())).status).toBe(200)
    expect((await send(handler, new Request('https://shop.example/cart'))).status).toBe(201)
    await expectTrace(collector, { name: 'click "Buy"', service: 'shop-web' })
    await expectTrace(collector, { name: 'GET', kind: 'SERVER' })
    const names = (await collector.waitForSpans(2)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(['GET', 'click "Buy"'])
  })

  test.each([
    ['GET', '/v1/traces'],
    ['PUT', '/v1/traces'],
    ['POST', '/v1/traces/'],
    ['POST', '/api/v1/traces'],
  ])('answers %s %s itself', async (method, path) => {
    const response = await send(withRelay(worker), new Request(`https://shop.example${path}`, { method }))
    expect([response.status, await response.text()]).toEqual([201, path])
  })

  test.each<[name: string, headers: Record<string, string>, options: RelayOptions, status: number]>([
    ['of another origin', { origin: 'https://a.example' }, {}, 403],
    ['that are no OTLP', { 'content-type': 'text/html' }, {}, 415],
    ['that are too large', {}, { maxBytes: 10 }, 413],
  ])('refuses spans %s with an OTLP status', async (_, headers, options, status) => {
    const response = await send(withRelay(worker, options), post(headers))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code: expect.any(Number), message: expect.any(String) })
  })

  test('asks a client that sends too much to wait', async () => {
    const handler = withRelay<TestEnv>(worker, { perClientPerMinute: 1 })
    await send(handler, post())
    const response = await send(handler, post())
    expect([response.status, Number(response.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('answers the preflight of an origin that may send', async () => {
    const handler = withRelay<TestEnv>(worker, { origins: ['https://a.example'] })
    const headers = { origin: 'https://a.example' }
    const response = await send(handler, new Request(post().url, { method: 'OPTIONS', headers }))
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-headers': 'content-type, content-encoding',
      vary: 'origin',
    })
  })

  test('keeps its other handlers, and answers 404 without a handler of requests', async () => {
    const queue = () => {}
    const handler = withRelay({ queue })
    expect(handler.queue).toBe(queue)
    expect((await send(handler, new Request('https://shop.example/'))).status).toBe(404)
  })

  test('calls its handler with the object that has it', async () => {
    const handler = {
      text: 'mine',
      fetch() {
        return new Response(this.text)
      },
    }
    expect(await (await send(withRelay(handler), new Request('https://shop.example/'))).text()).toBe('mine')
  })
})
