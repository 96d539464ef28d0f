import { describe, expect, test } from 'vitest'
import { createInFlight } from './in-flight.ts'
import { createRateLimit } from './rate-limit.ts'
import { BodyProblem, readBody } from './read-body.ts'

const gzip = (text: string) =>
  new Response(new Response(text).body?.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
const request = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('https://edge.example/v1/traces', { method: 'POST', body, headers })
const read = async (...args: Parameters<typeof request>) =>
  new TextDecoder().decode(await readBody(request(...args), 1000))

/** The status that refuses a body. */
const refusal = (reading: Promise<unknown>) =>
  reading.then(
    () => undefined,
    (error: unknown) => (error instanceof BodyProblem ? error.status : error),
  )

// https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
describe('a body', () => {
  test.each([[''], ['{}'], ['ü漢😀'], ['x'.repeat(1000)]])('of %j is read', async (text) => {
    expect(await read(text)).toBe(text)
  })

  test('that is absent is empty', async () => {
    expect(await read(null)).toBe('')
  })

  test.each([[{}], [{ 'content-encoding': 'identity' }], [{ 'content-encoding': ' Identity ' }]])(
    'with the headers %j is not decompressed',
    async (headers) => {
      expect(await read('{}', headers)).toBe('{}')
    },
  )

  test.each(['gzip', 'GZIP'])('with the encoding %s is decompressed', async (encoding) => {
    expect(await read(await gzip('{"a":1}'), { 'content-encoding': encoding })).toBe('{"a":1}')
  })

  test.each(['br', 'deflate', 'zstd', 'gzip, gzip', 'x'])(
    'with the encoding %s is refused with 415',
    async (encoding) => {
      expect(await refusal(read('{}', { 'content-encoding': encoding }))).toBe(415)
    },
  )

  test.each<[string, () => Promise<BodyInit>]>([
    ['is no gzip', async () => '{}'],
    ['ends too early', async () => (await gzip('x'.repeat(500))).slice(0, 15)],
  ])('that %s is refused with 400', async (_, body) => {
    expect(await refusal(read(await body(), { 'content-encoding': 'gzip' }))).toBe(400)
  })

  test('that is larger than the limit is refused with 413', async () => {
    expect(await refusal(read('x'.repeat(1001)))).toBe(413)
    expect(await refusal(read('ü'.repeat(501)))).toBe(413)
  })

  test('that decompresses to more than the limit is refused with 413', async () => {
    const bomb = await gzip('x'.repeat(100_000))
    expect(bomb.byteLength).toBeLessThan(1000)
    expect(await refusal(read(bomb, { 'content-encoding': 'gzip' }))).toBe(413)
  })

  test('that is a stream without a length is read up to the limit', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(400))
      },
    })
    expect(await refusal(readBody(request(endless), 1000))).toBe(413)
    expect(pulled).toBeLessThan(10)
  })

  test('that fails while it is read is refused with 400', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('connection lost')
      },
    })
    expect(await refusal(readBody(request(broken), 1000))).toBe(400)
  })
})

describe('bytes that are being sent', () => {
  test('are counted until their request has settled', async () => {
    const inFlight = createInFlight()
    const later = Date.now() + 60_000
    let settle: (value: string) => void = () => {}
    const sending = new Promise<string>((resolve) => {
      settle = resolve
    })
    const tracked = inFlight.track(100, later, sending)
    const failure = new Error('x')
    const failing = inFlight.track(30, later, Promise.reject(failure))
    expect(inFlight.sizeBytes()).toBe(130)
    await expect(failing).rejects.toBe(failure)
    expect(inFlight.sizeBytes()).toBe(100)
    settle('sent')
    expect(await tracked).toBe('sent')
    expect(inFlight.sizeBytes()).toBe(0)
  })

  test('are forgotten when the runtime has cancelled their request', () => {
    const inFlight = createInFlight()
    void inFlight.track(100, Date.now() - 1, new Promise(() => {}))
    expect(inFlight.sizeBytes()).toBe(0)
  })
})

describe('a rate limit', () => {
  test.each([
    [60, 10],
    [1200, 200],
    [61, 11],
    [1, 1],
    [0, 1],
  ])('of %i per minute allows %i in ten seconds', (perMinute, count) => {
    const limit = createRateLimit(perMinute, () => 5000)
    const waits = Array.from({ length: count + 2 }, () => limit('a'))
    expect(waits).toEqual([...Array<number>(count).fill(0), 10_000, 10_000])
  })

  test('says how long to wait, and begins again afterwards', () => {
    let now = 0
    const limit = createRateLimit(6, () => now)
    expect([limit('a'), limit('a')]).toEqual([0, 10_000])
    now = 9000
    expect(limit('a')).toBe(1000)
    now = 10_000
    expect(limit('a')).toBe(0)
  })

  test('counts each key and each cost', () => {
    const limit = createRateLimit(60, () => 0)
    expect([limit('a', 10), limit('b', 9), limit('b', 1)]).toEqual([0, 0, 0])
    expect([limit('a', 1), limit('b', 1)]).toEqual([10_000, 10_000])
    expect(limit('c', 11)).toBe(10_000)
  })

  test('shares one count between all keys beyond 10,000', () => {
    const limit = createRateLimit(6, () => 0)
    for (let n = 0; n < 10_000; n++) expect(limit(`${n}`)).toBe(0)
    expect([limit('new'), limit('newer')]).toEqual([0, 10_000])
    expect(limit('0')).toBe(10_000)
  })
})
