import { connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type FarSide, startFarSide } from './collector.ts'
import { type ServedWorker, serveWorker } from './serve-worker.ts'

const PAGE = `<!doctype html><head></head>${'<p>text</p>'.repeat(500)}`
const ENCODERS: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  br: (text) => brotliCompressSync(text),
}
const started: (() => void)[] = []
let farSide: FarSide
let worker: ServedWorker

beforeAll(async () => {
  farSide = await startFarSide((request, response) => {
    const encoding = request.url?.slice(request.url.lastIndexOf('/') + 1) ?? ''
    const encode = ENCODERS[encoding]
    response.setHeader('content-type', 'text/html')
    if (!encode) return response.end(PAGE)
    response.setHeader('content-encoding', encoding)
    return response.end(encode(PAGE))
  })
  worker = await serve(farSide)
})
afterAll(() => {
  for (const stop of started) stop()
  farSide?.close()
})

async function serve({ url }: FarSide): Promise<ServedWorker> {
  const bindings = { OTEL_EXPORTER_OTLP_ENDPOINT: url, ORIGIN: url }
  const served = await serveWorker('door-worker', bindings, ['enable_request_signal'])
  started.push(() => served.stop())
  return served
}

const namesOf = ({ spans }: FarSide) => spans.map(({ name }) => name)

test.each(['gzip', 'br', 'plain'])(
  'a page passed on from its origin arrives as it was: %s',
  async (encoding) => {
    const response = await fetch(`http://127.0.0.1:${worker.port}/${encoding}`)
    expect(await response.text()).toBe(PAGE)
    expect(response.headers.get('content-encoding')).toBe(encoding === 'plain' ? null : encoding)
    expect(response.headers.get('server-timing')).toContain('traceparent')
  },
)

test.each(['gzip', 'br', 'plain'])(
  'a page passed on gets the script tag, however it is encoded: %s',
  async (encoding) => {
    const response = await fetch(`http://127.0.0.1:${worker.port}/pages/${encoding}`)
    expect(await response.text()).toBe(
      PAGE.replace('<head>', '<head><script src="/throughline.js"></script>'),
    )
  },
)

test('a client that leaves before it is answered leaves a span, up to then, by its route', async () => {
  const socket = connect(worker.port, '127.0.0.1')
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => setTimeout(resolve, 150))
  socket.resetAndDestroy()
  await vi.waitFor(() => expect(namesOf(farSide)).toContain('GET /slow'), { timeout: 5_000 })
  const span = farSide.spans.find(({ name }) => name === 'GET /slow')
  const nanos = BigInt(span?.endTimeUnixNano ?? 0) - BigInt(span?.startTimeUnixNano ?? 0)
  expect(Number(nanos) / 1e6).toBeGreaterThan(100)
  expect(Number(nanos) / 1e6).toBeLessThan(550)
  expect(span?.attributes.map(({ key }) => key)).not.toContain('http.response.status_code')
})

test('a worker that is killed loses no more than what waits to be sent together', async () => {
  const own = await startFarSide()
  started.push(() => own.close())
  const doomed = await serve(own)
  const answeredAt = new Map<string, number>()
  const begin = performance.now()
  for (let id = 0; performance.now() - begin < 2_500; id++) {
    await (await fetch(`http://127.0.0.1:${doomed.port}/hello/${id}`)).text()
    answeredAt.set(`/hello/${id}`, performance.now())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const killedAt = performance.now()
  doomed.stop()
  const arrived = new Set(
    own.spans.map(({ attributes }) => attributes.find(({ key }) => key === 'url.path')?.value.stringValue),
  )
  const windowMillis = 500
  const roundTripMillis = 250
  const due = [...answeredAt].filter(([, at]) => at < killedAt - windowMillis - roundTripMillis)
  expect(due.length).toBeGreaterThan(20)
  expect(due.map(([path]) => path).filter((path) => !arrived.has(path))).toEqual([])
})
