import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeTraceRequestJson } from '@throughline/otel-shared'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { nodeGlobals } from '../../test/node-globals.ts'
import { type EncodedSpan, toEncodedSpan } from './batches.ts'
import { ExportCounts } from './export-counts.ts'
import { OtlpExporter, type OtlpExporterParts } from './otlp-exporter.ts'

interface Received {
  readonly names: readonly string[]
  readonly sizeBytes: number
  readonly response: ServerResponse
}

/** A collector. Each request waits for its answer until the test gives it. */
const received: Received[] = []
let onReceived: ((request: Received) => void) | undefined
/** Statuses of the next answers; afterwards each request is accepted. Undefined: the test answers. */
let answers: (readonly [status: number, headers?: Record<string, string>, body?: string])[] | undefined
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray())
  const decoded = decodeTraceRequestJson(body.toString())
  const spans = decoded.ok
    ? decoded.request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: own }) => own))
    : []
  const entry = { names: spans.map(({ name }) => name), sizeBytes: body.length, response }
  received.push(entry)
  if (answers) {
    const [status, headers = {}, text = '{}'] = answers.shift() ?? [200]
    response.writeHead(status, headers).end(text)
  }
  onReceived?.(entry)
})
// A server that closes idle connections may do so while the next request is on its way.
server.keepAliveTimeout = 0

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const timers: { readonly callback: () => void; readonly delayMillis: number }[] = []

beforeEach(() => {
  received.length = 0
  timers.length = 0
  answers = []
  onReceived = undefined
  localStorage.clear()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function createExporter(more: Partial<OtlpExporterParts> = {}) {
  const counts = new ExportCounts()
  const gone: true[] = []
  const { port } = server.address() as AddressInfo
  const exporter = new OtlpExporter({
    target: {
      endpoint: `http://127.0.0.1:${port}/v1/traces`,
      headers: {},
      globals: {
        ...nodeGlobals,
        setTimeout(callback, delayMillis) {
          timers.push({ callback, delayMillis })
          return timers.length
        },
        clearTimeout: () => {},
      },
    },
    resource: () => '{"attributes":[]}',
    mayStore: true,
    recordingState: { isOn: () => true },
    counts,
    onGone: () => void gone.push(true),
    ...more,
  })
  return { exporter, counts, gone }
}

const spanOf = (name: string, padding = 0): EncodedSpan =>
  toEncodedSpan('{"name":"test"}', {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name,
    kind: 1,
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000000000000001',
    attributes: [{ key: 'padding', value: { stringValue: 'x'.repeat(padding) } }],
  })
const namesOfAll = () => received.flatMap(({ names }) => names)
const nextRequest = () =>
  new Promise<Received>((resolve) => {
    onReceived = resolve
  })

describe('waiting spans', () => {
  test('are sent in their order and counted', async () => {
    const { exporter } = createExporter()
    exporter.add([spanOf('a'), spanOf('b')])
    exporter.add([spanOf('c')])
    expect(exporter.health()).toMatchObject({ waiting: 3, sent: 0 })
    await exporter.flush()
    expect(received.map(({ names }) => names)).toEqual([['a', 'b', 'c']])
    expect(exporter.health()).toMatchObject({ waiting: 0, sent: 3, dropped: 0, lastFailure: undefined })
  })

  test('are not sent when there are none', async () => {
    await createExporter().exporter.flush()
    expect(received).toEqual([])
  })

  test('are sent in batches of at most 256,000 bytes, one request at a time', async () => {
    const { exporter } = createExporter()
    exporter.add(Array.from({ length: 10 }, (_, n) => spanOf(`${n}`, 80_000)))
    await exporter.flush()
    expect(received.length).toBeGreaterThan(3)
    for (const { sizeBytes } of received) expect(sizeBytes).toBeLessThanOrEqual(256_000)
    expect(namesOfAll()).toEqual(Array.from({ length: 10 }, (_, n) => `${n}`))
  })

  test('that are added during a request follow in the same flush', async () => {
    answers = undefined
    const { exporter } = createExporter()
    exporter.add([spanOf('a')])
    const first = nextRequest()
    const flushed = exporter.flush()
    const { response } = await first
    exporter.add([spanOf('b')])
    expect(exporter.flush()).toBe(flushed)
    const second = nextRequest()
    response.end('{}')
    ;(await second).response.end('{}')
    await flushed
    expect(received.map(({ names }) => names)).toEqual([['a'], ['b']])
  })

  test('larger than 500,000 bytes are dropped and counted, and displace no others', async () => {
    const { exporter } = createExporter()
    exporter.add([spanOf('small'), spanOf('large', 500_001), spanOf('too')])
    await exporter.flush()
    expect(namesOfAll()).toEqual(['small', 'too'])
    expect(exporter.health().droppedBy).toEqual({ overflow: 1 })
  })

  test('of more than 2,000,000 bytes displace the oldest', async () => {
    const { exporter } = createExporter()
    exporter.add(Array.from({ length: 6 }, (_, n) => spanOf(`${n}`, 450_000)))
    expect(exporter.health()).toMatchObject({ waiting: 4, droppedBy: { overflow: 2 } })
    await exporter.flush()
    expect(namesOfAll()).toEqual(['2', '3', '4', '5'])
  })

  test('are removed by clear()', async () => {
    const { exporter } = createExporter()
    exporter.add([spanOf('a')])
    await exporter.clear()
    await exporter.flush()
    expect(received).toEqual([])
    expect(exporter.health()).toMatchObject({ waiting: 0, dropped: 0 })
  })
})

// https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
describe('spans that the collector', () => {
  test.each([400, 404, 413, 500])('refuses with %i are dropped, and later ones are sent', async (status) => {
    answers = [[status]]
    const { exporter, gone } = createExporter()
    exporter.add([spanOf('a'), spanOf('b')])
    await exporter.flush()
    exporter.add([spanOf('c')])
    await exporter.flush()
    expect(received.map(({ names }) => names)).toEqual([['a', 'b'], ['c']])
    expect(exporter.health()).toMatchObject({
      sent: 1,
      droppedBy: { refused: 2 },
      lastFailure: `status ${status}`,
    })
    expect(gone).toEqual([])
  })

  test('refuses with 410 end all exports', async () => {
    answers = [[410]]
    const { exporter, gone } = createExporter()
    exporter.add([spanOf('a')])
    await exporter.flush()
    expect(gone).toEqual([true])
    expect(exporter.health().droppedBy).toEqual({ refused: 1 })
  })

  test('rejects in a partial success are counted', async () => {
    answers = [[200, {}, '{"partialSuccess":{"rejectedSpans":"2"}}']]
    const { exporter } = createExporter()
    exporter.add([spanOf('a'), spanOf('b'), spanOf('c')])
    await exporter.flush()
    expect(exporter.health()).toMatchObject({
      sent: 1,
      droppedBy: { refused: 2 },
      lastFailure: 'partial success',
    })
  })
})

describe('a collector that is down', () => {
  /** Exports two spans while the collector answers with a status that can be retried. */
  async function fail(headers: Record<string, string> = {}, more: Partial<OtlpExporterParts> = {}) {
    answers = [[503, headers]]
    const created = createExporter(more)
    created.exporter.add([spanOf('a'), spanOf('b')])
    await created.exporter.flush()
    return created
  }
  // The limit of a request is ten seconds. The other timer is the next attempt.
  const retryDelay = () => timers.find(({ delayMillis }) => delayMillis !== 10_000)?.delayMillis ?? 0

  test('gets no request during the delay, and no span is lost', async () => {
    const { exporter } = await fail()
    await exporter.flush()
    expect(received).toHaveLength(1)
    expect(exporter.health()).toMatchObject({ waiting: 2, dropped: 0, lastFailure: 'status 503' })
    expect(retryDelay()).toBeGreaterThanOrEqual(500)
    expect(retryDelay()).toBeLessThanOrEqual(1001)
  })

  test('gets the spans first that it did not accept', async () => {
    const { exporter } = await fail()
    exporter.add([spanOf('c')])
    exporter.retryNow()
    await exporter.flush()
    expect(received.map(({ names }) => names)).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ])
    expect(exporter.health()).toMatchObject({ sent: 3, waiting: 0 })
  })

  test('sets the delay with Retry-After, also when the network returns', async () => {
    const { exporter } = await fail({ 'retry-after': '60' })
    exporter.retryNow()
    await exporter.flush()
    expect(received).toHaveLength(1)
    expect(retryDelay()).toBeGreaterThanOrEqual(60_000)
    expect(retryDelay()).toBeLessThanOrEqual(61_001)
  })

  test('gets the spans again when the delay is over', async () => {
    const { exporter } = await fail({ 'retry-after': '60' })
    const now = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(now + 61_001)
    timers.find(({ delayMillis }) => delayMillis !== 10_000)?.callback()
    await exporter.flush()
    expect(exporter.health()).toMatchObject({ sent: 2, waiting: 0 })
  })

  test('is asked after a longer delay each time', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { exporter } = await fail()
    const delays = [retryDelay()]
    for (let n = 0; n < 4; n++) {
      answers = [[503]]
      timers.length = 0
      exporter.retryNow()
      await exporter.flush()
      delays.push(retryDelay())
    }
    expect(delays).toEqual([501, 1001, 2001, 4001, 5001])
  })

  test('does not get the spans after consent was withdrawn', async () => {
    let isOn = true
    answers = undefined
    const { exporter } = createExporter({ recordingState: { isOn: () => isOn } })
    exporter.add([spanOf('a')])
    const request = nextRequest()
    const flushed = exporter.flush()
    const { response } = await request
    isOn = false
    await exporter.clear()
    response.writeHead(503).end()
    await flushed
    expect(exporter.health().waiting).toBe(0)
  })
})

describe('a page that is unloaded', () => {
  test('sends its spans in batches of at most 30,000 bytes', async () => {
    const { exporter } = createExporter()
    exporter.add(Array.from({ length: 4 }, (_, n) => spanOf(`${n}`, 12_000)))
    const both = new Promise<void>((resolve) => {
      onReceived = () => received.length === 2 && resolve()
    })
    exporter.flushLeaving()
    await both
    expect(received.map(({ names }) => names).sort()).toEqual([
      ['0', '1'],
      ['2', '3'],
    ])
    for (const { sizeBytes } of received) expect(sizeBytes).toBeLessThanOrEqual(30_000)
  })

  test('stores its spans while the collector is down', async () => {
    answers = [[503]]
    const { exporter } = createExporter()
    exporter.add([spanOf('a')])
    await exporter.flush()
    exporter.flushLeaving()
    await exporter.flush()
    expect(received).toHaveLength(1)
    expect(exporter.health()).toMatchObject({ stored: 1, waiting: 0 })
    const [key] = Object.keys(localStorage).filter((each) => each.startsWith('throughline.unsent.'))
    expect(localStorage.getItem(key ?? '')).toContain('"name":"a"')
  })

  test.each<[string, Partial<OtlpExporterParts>]>([
    ['the app allows no storage', { mayStore: false }],
    ['recording is off', { recordingState: { isOn: () => false } }],
  ])('does not store its spans where %s', async (_, more) => {
    answers = [[503], [503]]
    const { exporter } = createExporter(more)
    exporter.add([spanOf('a')])
    await exporter.flush()
    exporter.add([spanOf('b')])
    const request = nextRequest()
    exporter.flushLeaving()
    await request
    expect(localStorage.length).toBe(0)
    expect(exporter.health().stored).toBe(0)
  })
})
