import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { type ServedWorker, serveWorker } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerAsOrigin, RESOURCES } from './origin.ts'
import { PAGES } from './site.ts'
import { WAYS } from './wire-handler.ts'

// The origin of the workers' fetches, and the collector.
let origin: Collector
let workers: ServedWorker[] = []

beforeAll(async () => {
  origin = await startCollector({ origin: answerAsOrigin })
  const bindings = { ORIGIN: origin.url, OTEL_EXPORTER_OTLP_ENDPOINT: origin.url }
  workers = await Promise.all(
    ['bare', 'traced'].map((side) =>
      serveWorker(join(import.meta.dirname, `wire-${side}.ts`), {
        bindings,
        compatibilityFlags: ['enable_request_signal'],
      }),
    ),
  )
})
afterAll(async () => {
  for (const worker of workers) worker.stop()
  await origin?.close()
})

interface Call {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The bytes that a worker sends over a socket until it is closed. */
async function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body = '' }: Call,
): Promise<Buffer> {
  const lines = Object.entries({ host: 'twin', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  if (body) lines.push(`content-length: ${Buffer.byteLength(body)}`)
  const socket = connect(port, '127.0.0.1')
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of socket) chunks.push(chunk as Buffer)
  } catch {
    chunks.push(Buffer.from('RESET'))
  }
  return Buffer.concat(chunks)
}

/** The metrics that tracing adds to `Server-Timing`. */
const TIMINGS =
  /(?:, )?(?:trace(?:parent)?;desc="00-[^"]+"|edge;desc="\d+";dur=\d+|http\.route;desc="[^"]+")/g

/** Status, headers and bytes, or nothing if a handler throws. The chunk boundaries of a body are not compared. */
function read(bytes: Buffer): unknown {
  const end = bytes.indexOf('\r\n\r\n')
  const [status, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = lines
    .filter((line) => !/^(?:timing-allow-origin|date):/i.test(line))
    .map((line) => (/^server-timing:/i.test(line) ? line.replace(TIMINGS, '').replace(/: , /, ': ') : line))
    .filter((line) => !/^server-timing: ?$/i.test(line))
    .map((line) => line.replace(/boundary=.*/, 'boundary').replace(/127\.0\.0\.1:\d+/g, 'ORIGIN'))
    .sort()
  const isChunked = headers.some((line) => /^transfer-encoding: chunked$/i.test(line))
  const body = isChunked ? unchunk(bytes.subarray(end + 4)) : bytes.subarray(end + 4)
  const text = body.toString('latin1').replace(/--[0-9a-f]{32}/g, 'BOUNDARY')
  return {
    status,
    headers,
    length: body.length,
    text: text.slice(0, 200),
    hash: createHash('sha1').update(text).digest('hex'),
  }
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at)
    const length = Number.parseInt(bytes.subarray(at, end).toString(), 16)
    if (!(length > 0)) return Buffer.concat(length === 0 ? parts : [...parts, Buffer.from('NO END')])
    parts.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
  return Buffer.concat([...parts, Buffer.from('NO END')])
}

async function expectTwins(path: string, call: Call = {}): Promise<void> {
  const [bare, traced] = await Promise.all(
    workers.map(async ({ port }) => read(await send(port, path, call))),
  )
  expect(traced).toEqual(bare)
}

const ENCODINGS = ['gzip', 'br', 'gzip, deflate, br', 'identity', undefined]
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('traced and bare send the same bytes', () => {
  test.each(Object.keys(PAGES))('a page of the worker has the same bytes: %s', async (page) => {
    await expectTwins(`/site/${page}`)
    await expectTwins(`/site/${page}`, { method: 'HEAD' })
    await expectTwins(`/site/${page}`, { headers: { accept: 'text/html', 'if-none-match': '"v1"' } })
  })

  test.each(
    ['text', 'gzip', 'small-gzip', 'auto-gzip', 'small-auto-gzip', 'auto-gzip-stream', 'long'].flatMap(
      (page) => ENCODINGS.map((encoding) => [page, encoding]),
    ),
  )('of a page of the worker: %s to a client that accepts %s', async (page, encoding) => {
    await expectTwins(`/site/${page}`, {
      headers: encoding === undefined ? {} : { 'accept-encoding': encoding },
    })
  })

  test.each(Object.keys(WAYS).flatMap((way) => Object.keys(RESOURCES).map((resource) => [resource, way])))(
    'a fetched resource has the same bytes: %s, %s',
    async (resource, way) => {
      await expectTwins(`/pass/${way}/${resource}`)
    },
  )

  test.each(Object.keys(RESOURCES))(
    'a fetched resource with HEAD and gzip has the same bytes: %s',
    async (resource) => {
      await expectTwins(`/pass/as-it-is/${resource}`, { method: 'HEAD' })
      await expectTwins(`/pass/as-it-is/${resource}`, { headers: { 'accept-encoding': 'gzip, br' } })
      await expectTwins(`/pass/copied/${resource}`, { headers: { 'accept-encoding': 'br' } })
    },
  )

  test.each(['text', 'json', 'form', 'stream', 'clone', 'signal', 'properties'])(
    'a response to a request whose body is read has the same bytes: %s',
    async (way) => {
      await expectTwins(`/body/${way}`, { method: 'POST', body: '{"a":1}' })
      await expectTwins(`/body/${way}`, { method: 'POST', body: 'a=1&b=2', headers: FORM })
      await expectTwins(`/body/${way}`)
    },
  )

  test.each([
    '/nothing',
    '/text',
    '/site/none',
    '/pass/none/none',
    '/site/text?query=1#x',
    '/site//text',
    '/site/%00',
  ])('an invalid response has the same bytes: %s', async (path) => {
    await expectTwins(path)
  })

  test.each([
    ...[
      'text',
      'json',
      'html',
      'body',
      'redirect',
      'cookies',
      'headers/a',
      'headers/fetched',
      'replaced/a',
      'stream',
      'sse',
    ],
    ...[
      'stream-fails',
      'throws',
      'throws-response',
      'throws-text',
      'none',
      'inner/text',
      'inner/throws',
      'mounted/a',
      ...[
        'raw',
        'frozen',
        'head-only',
        'status',
        'render',
        'subrequest',
        'subfetch',
        'before/a',
        'after/throws',
      ],
      ...['after/works', 'early-stream', 'timed'],
    ],
    ...Object.keys(RESOURCES).map((resource) => `fetched/${resource}`),
  ])('a Hono route has the same bytes: %s', async (route) => {
    await expectTwins(`/hono/${route}`)
    await expectTwins(`/hono/${route}`, { method: 'HEAD' })
    await expectTwins(`/hono/${route}`, { method: 'OPTIONS' })
    await expectTwins(`/hono/${route}`, { headers: { 'accept-encoding': 'gzip' } })
  })

  test.each(['echo', 'form', 'twice'])(
    'a Hono route that reads the body has the same bytes: %s',
    async (route) => {
      await expectTwins(`/hono/${route}`, { method: 'POST', body: 'a=1', headers: FORM })
      await expectTwins(`/hono/${route}`, { method: 'POST', body: '{}' })
    },
  )
})
