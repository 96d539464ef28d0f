import { connect } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { isNamed, waitForSpan } from '@throughline/otel-testing'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { type ServedWorker, serveWorker } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, expect, test } from 'vitest'

const PAGE = `<!doctype html><head></head>${'<p>text</p>'.repeat(500)}`
const ENCODERS: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  br: (text) => brotliCompressSync(text),
}
const started: (() => unknown)[] = []
// The origin of the pages, and the worker's collector.
let origin: Collector
let worker: ServedWorker

beforeAll(async () => {
  origin = await startCollector({
    origin: (request, response) => {
      const encoding = request.url?.slice(request.url.lastIndexOf('/') + 1) ?? ''
      const encode = ENCODERS[encoding]
      response.setHeader('content-type', 'text/html')
      if (!encode) return response.end(PAGE)
      response.setHeader('content-encoding', encoding)
      return response.end(encode(PAGE))
    },
  })
  worker = await serve(origin)
})
afterAll(async () => {
  for (const stop of started) stop()
  await origin?.close()
})

async function serve({ url }: Collector): Promise<ServedWorker> {
  const bindings = { OTEL_EXPORTER_OTLP_ENDPOINT: url, ORIGIN: url }
  const served = await serveWorker(join(import.meta.dirname, 'door-worker.ts'), {
    bindings,
    compatibilityFlags: ['enable_request_signal'],
  })
  started.push(() => served.stop())
  return served
}

test.each(['gzip', 'br', 'plain'])('a page forwarded from its origin is unchanged: %s', async (encoding) => {
  const response = await fetch(`${worker.url}/${encoding}`)
  expect(await response.text()).toBe(PAGE)
  expect(response.headers.get('content-encoding')).toBe(encoding === 'plain' ? null : encoding)
  expect(response.headers.get('server-timing')).toContain('traceparent')
})

test.each(['gzip', 'br', 'plain'])(
  'a forwarded page gets the script tag in every encoding: %s',
  async (encoding) => {
    const response = await fetch(`${worker.url}/pages/${encoding}`)
    expect(await response.text()).toBe(
      PAGE.replace('<head>', '<head><script src="/throughline.js"></script>'),
    )
  },
)

test('the span of a client that disconnects has the route and ends with the disconnection', async () => {
  const socket = connect(worker.port, '127.0.0.1')
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 150))
  socket.resetAndDestroy()
  const { durationMillis, values } = await waitForSpan(origin, isNamed('GET /slow'))
  expect(durationMillis).toBeGreaterThan(100)
  expect(durationMillis).toBeLessThan(4_500)
  expect(values).not.toHaveProperty(['http.response.status_code'])
})

test('a worker that is killed loses only the spans of its open batch', async () => {
  const own = await startCollector()
  started.push(() => own.close())
  const doomed = await serve(own)
  const answeredAt = new Map<string, number>()
  const begin = performance.now()
  for (let id = 0; performance.now() - begin < 3_500; id++) {
    await (await fetch(`${doomed.url}/hello/${id}`)).text()
    answeredAt.set(`/hello/${id}`, performance.now())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const killedAt = performance.now()
  doomed.stop()
  const arrived = new Set(own.spans().map(({ values }) => values['url.path']))
  const batchDelayMillis = 500
  const roundTripMillis = 1_000
  const due = [...answeredAt].filter(([, at]) => at < killedAt - batchDelayMillis - roundTripMillis)
  expect(due.length).toBeGreaterThan(20)
  expect(due.map(([path]) => path).filter((path) => !arrived.has(path))).toEqual([])
})
