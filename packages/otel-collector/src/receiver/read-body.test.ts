import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readFailure } from '../../test/answers.ts'
import { getJson, startTestCollector } from '../../test/collector.ts'
import { attribute, makeRequest, makeSpan, post } from '../../test/otlp.ts'
import { type BodyBudget, type BodyResult, createBodyBudget, MAX_BODY_BYTES, readBody } from './read-body.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const MIB = 1024 * 1024

// https://www.rfc-editor.org/rfc/rfc9110#section-8.4 and https://www.rfc-editor.org/rfc/rfc1952
describe('the content encoding', () => {
  const request = makeRequest('shop', [makeSpan()])
  const traceId = request.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId
  const json = Buffer.from(JSON.stringify(request))
  const halves = [json.subarray(0, 50), json.subarray(50)]

  test.each([
    ['identity', json],
    ['Identity', json],
    ['', json],
    ['gzip', gzipSync(json)],
    ['GZIP', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['gzip', gzipSync(json, { level: 0 })],
    ['gzip', Buffer.concat(halves.map((half) => gzipSync(half)))],
    ['gzip', Buffer.concat([gzipSync(''), gzipSync(json), gzipSync('')])],
    ['gzip', gzipWithName(json, 'traces.json')],
  ])('a body is stored with the content encoding "%s" (case %#)', async (encoding, body) => {
    const collector = await startTestCollector()
    const headers = { ...JSON_TYPE, 'content-encoding': encoding }
    const response = await post(collector.otlpUrl, new Uint8Array(body), headers)
    expect([response.status, await response.text()]).toEqual([200, '{}'])
    expect((await getJson(collector, `/api/v3/traces/${traceId}`)).body).toEqual({ result: request })
  })

  test.each(['deflate', 'br', 'zstd', 'compress', 'gzip, gzip', 'identity, gzip', '*', 'none', 'gzip;q=1'])(
    'a body is refused with the content encoding "%s", and the response names gzip',
    async (encoding) => {
      const collector = await startTestCollector()
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      const response = await post(collector.otlpUrl, new Uint8Array(json), headers)
      expect(response.headers.get('accept-encoding')).toBe('gzip')
      expect(await readFailure(response)).toEqual({
        httpStatus: 415,
        contentType: 'application/json',
        code: 3,
        message: 'the content encoding must be gzip or none',
      })
      expect((await getJson(collector, '/api/v3/services')).body).toEqual({ services: [] })
    },
  )
})

describe('the limit of 4 MiB', () => {
  const empty = JSON.stringify(makeRequest('shop', [makeSpan({ attributes: [attribute('pad', '')] })]))
  const bodyOf = (length: number) =>
    empty.replace('"stringValue":""', `"stringValue":"${'x'.repeat(length - empty.length)}"`)
  const send = {
    'with a content-length': (url: string, body: string) => post(url, body, JSON_TYPE),
    'in chunks': (url: string, body: string) => post(url, new Blob([body]).stream(), JSON_TYPE),
    gzipped: (url: string, body: string) =>
      post(url, new Uint8Array(gzipSync(body)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  }

  test.each(Object.entries(send))('a body %s may have 4 MiB and no byte more', async (_, post) => {
    const collector = await startTestCollector()
    expect((await post(collector.otlpUrl, bodyOf(MAX_BODY_BYTES))).status).toBe(200)
    expect(await readFailure(await post(collector.otlpUrl, bodyOf(MAX_BODY_BYTES + 1)))).toEqual({
      httpStatus: 413,
      contentType: 'application/json',
      code: 8,
      message: 'the body is larger than 4194304 bytes',
    })
  })
})

describe('the budget of all bodies', () => {
  const KIB = 1024
  const gzip = { 'content-encoding': 'gzip' }

  test('a body of more than 64 KiB needs room', () => {
    const budget = createBodyBudget(100 * KIB)
    expect(budget.take(64 * KIB, 64 * KIB)).toBe(true)
    expect(budget.take(37 * KIB, 65 * KIB)).toBe(false)
    expect(budget.take(36 * KIB, 65 * KIB)).toBe(true)
    expect(budget.take(1, 65 * KIB)).toBe(false)
  })

  test('a body of at most 64 KiB is admitted without room, and counts', () => {
    const budget = createBodyBudget(100 * KIB)
    for (let count = 0; count < 3; count++) expect(budget.take(64 * KIB, 64 * KIB)).toBe(true)
    budget.release(128 * KIB)
    expect(budget.take(37 * KIB, 100 * KIB)).toBe(false)
    expect(budget.take(36 * KIB, 100 * KIB)).toBe(true)
  })

  test('bytes that were refused do not count', () => {
    const budget = createBodyBudget(100 * KIB)
    expect(budget.take(101 * KIB, 101 * KIB)).toBe(false)
    expect(budget.take(100 * KIB, 100 * KIB)).toBe(true)
    budget.release(100 * KIB)
    expect(budget.take(100 * KIB, 100 * KIB)).toBe(true)
  })

  test('a large body is refused while another one takes the room, which is free after that one is aborted', async () => {
    const server = await startReader(createBodyBudget(6 * MIB))
    const held = Promise.withResolvers<void>()
    server.onTake = (sizeBytes) => sizeBytes === 4 * MIB - 1 && held.resolve()
    const first = httpRequest(server.url, { method: 'POST' })
    const firstFailed = once(first, 'error')
    first.write(Buffer.alloc(4 * MIB - 1))
    await held.promise
    expect(await server.send(Buffer.alloc(3 * MIB))).toEqual({ ok: false, problem: 'busy' })
    expect(await server.send(Buffer.alloc(64 * KIB))).toEqual({ ok: true, length: 64 * KIB })

    const aborted = server.nextResult()
    first.destroy(new Error('the sender is gone'))
    await firstFailed
    expect(await aborted).toEqual({ ok: false, problem: 'aborted' })
    expect(await server.send(Buffer.alloc(3 * MIB))).toEqual({ ok: true, length: 3 * MIB })
  })

  test('a body that has no room after decompression is refused, and leaves no bytes in the budget', async () => {
    const server = await startReader(createBodyBudget(3 * MIB))
    for (let count = 0; count < 3; count++)
      expect(await server.send(gzipSync(Buffer.alloc(3 * MIB + 1)), gzip)).toEqual({
        ok: false,
        problem: 'busy',
      })
    expect(await server.send(gzipSync(Buffer.alloc(3 * MIB)), gzip)).toEqual({ ok: true, length: 3 * MIB })
  })

  test.each([
    ['too large', Buffer.alloc(4 * MIB + 1), {}, 'too-large'],
    ['too large after decompression', gzipSync(Buffer.alloc(4 * MIB + 1)), gzip, 'too-large'],
    ['no gzip', Buffer.alloc(100 * KIB), gzip, 'bad-gzip'],
    ['of an unknown encoding', Buffer.alloc(100 * KIB), { 'content-encoding': 'br' }, 'bad-encoding'],
  ])('a body that is %s leaves no bytes in the budget', async (_, body, headers, problem) => {
    const server = await startReader(createBodyBudget(4 * MIB))
    for (let count = 0; count < 3; count++)
      expect(await server.send(body, headers)).toEqual({ ok: false, problem })
    expect(await server.send(Buffer.alloc(4 * MIB))).toEqual({ ok: true, length: 4 * MIB })
  })
})

type Result = { ok: true; length: number } | { ok: false; problem: string }

/** An HTTP server that reads bodies within a budget, and releases each after its response was sent. */
async function startReader(budget: BodyBudget) {
  const waiting: ((result: Result) => void)[] = []
  const observed: BodyBudget = {
    take(moreBytes, sizeBytes) {
      const isTaken = budget.take(moreBytes, sizeBytes)
      reader.onTake(sizeBytes)
      return isTaken
    },
    release: budget.release,
  }
  const server = createServer((request, response) => {
    void readBody(request, observed).then((body) => {
      const result = resultOf(body)
      if (body.ok) body.release()
      waiting.shift()?.(result)
      // The rest of a refused body is dropped, so that its sender can read the response.
      request.resume()
      if (request.complete) response.end(JSON.stringify(result))
      else request.once('end', () => response.end(JSON.stringify(result)))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const reader = {
    url,
    onTake: (_sizeBytes: number): unknown => undefined,
    nextResult: () => new Promise<Result>((resolve) => waiting.push(resolve)),
    async send(body: Uint8Array, headers = {}): Promise<Result> {
      const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers })
      return (await response.json()) as Result
    },
  }
  return reader
}

function resultOf(body: BodyResult): Result {
  return body.ok ? { ok: true, length: body.bytes.length } : { ok: false, problem: body.problem }
}

/** A gzip member with the name of a file in its header, as the program `gzip` writes it. */
function gzipWithName(content: Buffer, name: string): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUInt32LE(content.length, 4)
  const header = Buffer.from([0x1f, 0x8b, 8, 0x08, 0, 0, 0, 0, 0, 0xff])
  return Buffer.concat([header, Buffer.from(`${name}\0`), deflateRawSync(content), trailer])
}
