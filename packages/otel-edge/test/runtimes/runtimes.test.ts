import { type IncomingHttpHeaders, request } from 'node:http'
import { isNamed, waitForSpan, waitForSpans } from '@throughline/otel-testing'
import {
  type Collector,
  type HttpServer,
  readBody,
  startCollector,
  startHttpServer,
} from '@throughline/otel-testing/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { READING_NAMES } from './app.ts'
import { findRuntimes, type RunningApp, runApp } from './runtimes.ts'

const FORM = 'a=1&b=%C3%BC&a=2'
const MULTIPART = [
  '--b',
  'content-disposition: form-data; name="text"',
  '',
  'ü',
  '--b',
  'content-disposition: form-data; name="file"; filename="a.txt"',
  'content-type: text/plain',
  '',
  'content',
  '--b--',
  '',
].join('\r\n')

interface Sent {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

const post = (path: string, body = '', headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path,
  body,
  headers,
})

const REQUESTS: readonly Sent[] = [
  ...[
    'text',
    'plain',
    'json',
    'html',
    'empty',
    'nothing',
    'not-modified',
    'moved',
    'redirect',
    'teapot',
    'static-json',
    'fails',
    'large',
    'bytes',
    'blob',
    'own-length',
    'encoded',
    'search',
    'cookies',
    'stream',
    'stream-text',
    'breaks',
    'events',
    'stream-of-one',
    'empty-stream',
    'not-there',
    'passed',
    'passed-slow',
    'passed-changed',
    'passed-not-found',
    'cloned-and-passed',
    'used',
    'refused',
    'no-address',
    'no-method',
    'aborted',
    'aborted-body',
    'broken-body',
    'request-object',
    'headers-object',
    'slow-json',
    ...READING_NAMES.map((name) => `read/${name}`),
  ].map((path) => ({ path: `/${path}` })),
  ...['text', 'json', 'large', 'stream', 'empty', 'passed', 'fails', 'not-there'].map((path) => ({
    method: 'HEAD',
    path: `/${path}`,
  })),
  { method: 'OPTIONS', path: '/text' },
  { method: 'DELETE', path: '/text' },
  post('/echo-json', '{"a":"ü"}', { 'content-type': 'application/json' }),
  post('/bad-json', '{"a":', { 'content-type': 'application/json' }),
  post('/echo-text', 'text ü'),
  post('/echo-text'),
  post('/echo-form', FORM, { 'content-type': 'application/x-www-form-urlencoded' }),
  post('/echo-form', MULTIPART, { 'content-type': 'multipart/form-data; boundary=b' }),
  post('/echo-body', 'x'.repeat(200_000)),
  post('/length', 'x'.repeat(2_000_000)),
  post('/unread', 'x'.repeat(200_000)),
]

interface Answer {
  readonly status: number | undefined
  readonly reason: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The position at which the connection breaks. */
  readonly failure?: string
}

/** Headers that tracing adds, that hold the time, or that are of the connection. */
const NOT_COMPARED = ['date', 'timing-allow-origin', 'keep-alive', 'connection']
/**
 * Answers without a type that the server adds one to. `@hono/node-server` does so when any middleware has looked at the
 * headers, Bun when the body is a stream of its own.
 */
const TYPED_BY_SERVER = new Set(['/own-length', '/encoded', '/passed-changed', '/stream-of-one'])
const OWN_TIMING = /(?:, )?(?:traceparent|trace|edge|http\.route);[^,]*/g

async function send(
  { url }: { url: string },
  { method = 'GET', path, headers = {}, body }: Sent,
): Promise<Answer> {
  return await new Promise((resolve) => {
    const fail = ({ message }: Error) =>
      resolve({ status: undefined, reason: undefined, headers: {}, body: '', failure: message })
    const outgoing = request(`${url}${path}`, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', fail)
      incoming.on('end', () => {
        const received: IncomingHttpHeaders = { ...incoming.headers }
        for (const name of NOT_COMPARED) delete received[name]
        if (TYPED_BY_SERVER.has(path)) delete received['content-type']
        const timing = String(received['server-timing'] ?? '').replace(OWN_TIMING, '')
        if (timing) received['server-timing'] = timing
        else delete received['server-timing']
        resolve({
          status: incoming.statusCode,
          reason: incoming.statusMessage,
          headers: received,
          body: Buffer.concat(chunks).toString('latin1'),
        })
      })
    })
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

let upstream: HttpServer

beforeAll(async () => {
  upstream = await startHttpServer(async (incoming, response) => {
    const path = incoming.url ?? ''
    if (path === '/never') return
    if (path === '/echo') {
      const body = String(await readBody(incoming))
      const { 'x-own': own, 'content-type': type } = incoming.headers
      response.end(JSON.stringify({ method: incoming.method, own, type, body }))
      return
    }
    response.setHeader('content-type', 'text/plain')
    response.setHeader('x-upstream', 'yes')
    if (path === '/not-found') response.statusCode = 404
    if (path !== '/slow' && path !== '/broken') {
      response.end('from upstream')
      return
    }
    response.write('first ')
    setTimeout(() => (path === '/broken' ? response.destroy() : response.end('last')), 100)
  })
})
afterAll(() => upstream?.close())

for (const runtime of findRuntimes()) {
  if ('missing' in runtime) {
    test(`${runtime.name} is not run: ${runtime.missing}`, (context) => {
      console.warn(`${runtime.name} is not run: ${runtime.missing}`)
      context.skip()
    })
    continue
  }
  describe(`on ${runtime.name}${runtime.variant ?? ''}`, () => {
    let collector: Collector
    let bare: RunningApp
    let traced: RunningApp
    beforeAll(async () => {
      collector = await startCollector()
      const variables = {
        ...runtime.variables,
        UPSTREAM: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      }
      ;[bare, traced] = await Promise.all([
        runApp(runtime, variables),
        runApp(runtime, { ...variables, TRACED: 'yes' }),
      ])
    })
    afterAll(async () => {
      bare?.stop()
      traced?.stop()
      await collector?.close()
    })

    describe('a traced app responds as without tracing', () => {
      test.concurrent.each(REQUESTS.map((sent) => [`${sent.method ?? 'GET'} ${sent.path}`, sent] as const))(
        'a traced app responds to %s as without tracing',
        async (_, sent) => {
          const [own, other] = await Promise.all([send(traced, sent), send(bare, sent)])
          expect(own).toEqual(other)
        },
      )
    })

    test('a client that disconnects ends the stream of the app and the span', async () => {
      for (const app of [bare, traced]) {
        const client = new AbortController()
        const response = await fetch(`${app.url}/endless`, { signal: client.signal })
        await response.body?.getReader().read()
        client.abort()
        const seen = vi.waitFor(
          async () => expect((await send(app, { path: '/cancelled' })).body).toBe('1'),
          { timeout: 60_000, interval: 50 },
        )
        await seen
      }
      const span = await waitForSpan(collector, isNamed('GET /endless'))
      expect(span.status).toEqual({})
    })

    test('200 of 200 requests with a fetch succeed', async () => {
      const statuses = await Promise.all(
        Array.from({ length: 200 }, async () => (await send(traced, { path: '/passed-changed' })).status),
      )
      expect(statuses.filter((status) => status !== 203)).toEqual([])
    })

    test('spans arrive with their parents and durations, from one SDK, configured by the process', async () => {
      const traceId = '0af7651916cd43dd8448eb211c80319c'
      const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
      for (const path of ['/stream', '/slow-json', '/read/clone-first', '/passed-slow']) {
        await send(traced, { path, headers })
      }
      await send(traced, post('/flush'))
      const spans = await waitForSpans(collector, (span) => span.traceId === traceId, 7)
      expect(spans.map(({ name }) => name).sort()).toEqual([
        'GET',
        'GET',
        'GET',
        'GET /passed-slow',
        'GET /read/:how',
        'GET /slow-json',
        'GET /stream',
      ])
      const server = (name: string) => spans.find((span) => span.name === name)
      const stream = server('GET /stream')
      expect(stream?.parentSpanId).toBe('b7ad6b7169203331')
      expect(stream?.durationMillis).toBeGreaterThan(280)
      for (const name of ['GET /slow-json', 'GET /read/:how', 'GET /passed-slow']) {
        const parent = server(name)
        const client = spans.find(({ parentSpanId }) => parentSpanId === parent?.spanId)
        expect(client?.durationMillis, name).toBeGreaterThan(85)
        expect(
          parent && client && BigInt(parent.endTimeUnixNano) >= BigInt(client.endTimeUnixNano),
          name,
        ).toBe(true)
      }
      expect(new Set(collector.spans().map(({ resource }) => resource['service.instance.id'])).size).toBe(1)
    })
  })
}
