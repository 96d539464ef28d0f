import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { readBody, startHttpServer } from '@throughline/otel-testing/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { response } from '../../test/observed.ts'
import { decodeUserInfo, headerOf, isRedirect, listOf, mediaTypeOf, send, trySend } from './request.ts'

const PATIENT = { timeoutMillis: 60_000 }
const MIB = 1024 * 1024

/** Starts a server that answers every request, and records what it got. */
async function serve(answer: (response: ServerResponse) => void = (response) => response.end('ok')) {
  const requests: { method?: string; path?: string; raw: string[]; body: string }[] = []
  const server = await startHttpServer(async (request, response) => {
    const body = (await readBody(request)).toString()
    const { method, url, rawHeaders } = request
    requests.push({ ...(method && { method }), ...(url && { path: url }), raw: rawHeaders, body })
    answer(response)
  })
  onTestFinished(() => server.close())
  return { url: new URL(`${server.url}/`), requests }
}

/** Starts a server that writes bytes after any request. */
async function serveBytes(onConnection: (socket: Socket) => void) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => onConnection(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

describe('a request', () => {
  test('is a GET without a body by default', async () => {
    const { url, requests } = await serve()
    await send({ url, ...PATIENT })
    expect(requests).toMatchObject([{ method: 'GET', path: '/', body: '' }])
    expect(requests[0]?.raw.map((text) => text.toLowerCase())).not.toContain('content-length')
  })

  test('has no fragment in its path', async () => {
    const { url, requests } = await serve()
    await send({ url: new URL('/a?b=1#c', url), ...PATIENT })
    expect(requests[0]?.path).toBe('/a?b=1')
  })

  test.each([
    ['a text', '{"a":"€"}', '11'],
    ['bytes', new TextEncoder().encode('{}'), '2'],
    ['an empty text', '', '0'],
  ])('names the size of %s in bytes', async (_, body, size) => {
    const { url, requests } = await serve()
    await send({ url, method: 'POST', body, ...PATIENT })
    const { raw = [], body: received } = requests[0] ?? {}
    expect(raw[raw.findIndex((name) => name.toLowerCase() === 'content-length') + 1]).toBe(size)
    expect(received).toBe(Buffer.from(body).toString())
  })

  test('has the name of the doctor, unless another one is given', async () => {
    const { url, requests } = await serve()
    await send({ url, ...PATIENT })
    await send({ url, headers: { 'user-agent': 'other' }, ...PATIENT })
    expect(requests.map(({ raw }) => raw[raw.indexOf('user-agent') + 1])).toEqual([
      'throughline-doctor',
      'other',
    ])
  })
})

describe('user info', () => {
  const authorizationFor = async (userInfo: string) => {
    const { url, requests } = await serve()
    const { url: seen } = await send({ url: new URL(url.href.replace('//', `//${userInfo}`)), ...PATIENT })
    const raw = requests[0]?.raw ?? []
    const index = raw.indexOf('authorization')
    expect(seen.href).toBe(url.href)
    return index < 0
      ? undefined
      : Buffer.from(raw[index + 1]?.replace('Basic ', '') ?? '', 'base64').toString()
  }

  test.each([
    ['is absent without it', '', undefined],
    ['is name and password', 'ann:secret@', 'ann:secret'],
    ['can lack the password', 'ann@', 'ann:'],
    ['can lack the name', ':secret@', ':secret'],
    ['is decoded', 'a%40b:p%3Aq%2F@', 'a@b:p:q/'],
    ['is UTF-8', 'ann:%E2%82%AC@', 'ann:€'],
    ['can contain a percent sign that encodes nothing', 'ann:100%@', 'ann:100%'],
    ['can contain a percent sign before other characters', 'ann:5%zz%4@', 'ann:5%zz%4'],
  ])('%s', async (_, userInfo, expected) => {
    expect(await authorizationFor(userInfo)).toBe(expected)
  })
})

describe('the decoded text of user info', () => {
  test.each([
    ['a text without percent signs is itself', 'a b', 'a b'],
    ['encoded characters are decoded', '%41%2f', 'A/'],
    ['percent signs that encode nothing are kept', '%%4%zz%', '%%4%zz%'],
  ])('%s', (_, text, expected) => {
    expect(decodeUserInfo(text)).toBe(expected)
  })
})

describe('a response', () => {
  test.each([200, 204, 301, 404, 500, 599])('can have the status %i', async (status) => {
    const { url } = await serve((response) => response.writeHead(status, { location: '/next' }).end())
    expect((await send({ url, ...PATIENT })).status).toBe(status)
  })

  test('has every header line, with names in lower case', async () => {
    const { url } = await serve((response) => {
      response.setHeader('X-Name', ['a', 'b, c'])
      response.end()
    })
    const { headers } = await send({ url, ...PATIENT })
    expect(headers.filter(([name]) => name === 'x-name')).toEqual([
      ['x-name', 'a'],
      ['x-name', 'b, c'],
    ])
  })

  test('was received after it was sent', async () => {
    const before = Date.now()
    const { url } = await serve()
    const { sentMillis, receivedMillis } = await send({ url, ...PATIENT })
    expect(sentMillis).toBeGreaterThanOrEqual(before)
    expect(receivedMillis).toBeGreaterThanOrEqual(sentMillis)
    expect(receivedMillis).toBeLessThanOrEqual(Date.now())
  })

  test('has a text with replacement characters for what is not UTF-8', async () => {
    const { url } = await serve((response) => response.end(Buffer.from([0x61, 0xff, 0x62])))
    expect((await send({ url, ...PATIENT })).body).toBe('a\ufffdb')
  })
})

describe('a compressed response', () => {
  const bodyOf = async (encoding: string, bytes: Uint8Array) => {
    const { url } = await serve((response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    )
    return (await send({ url, ...PATIENT })).body
  }

  test.each([
    ['gzip', 'gzip', gzipSync('<html>')],
    ['gzip in upper case', 'GZIP', gzipSync('<html>')],
    ['gzip by its old name', 'x-gzip', gzipSync('<html>')],
    ['Brotli', 'br', brotliCompressSync('<html>')],
    ['deflate', 'deflate', deflateSync('<html>')],
  ])('is decompressed for %s', async (_, encoding, bytes) => {
    expect(await bodyOf(encoding, bytes)).toBe('<html>')
  })

  test.each([
    ['it is not compressed', 'gzip', Buffer.from('<html>')],
    ['its encoding is not known', 'zstd', Buffer.from('<html>')],
    ['its encoding is none', 'identity', Buffer.from('<html>')],
  ])('is left as it is when %s', async (_, encoding, bytes) => {
    expect(await bodyOf(encoding, bytes)).toBe('<html>')
  })

  test('is decompressed up to the maximum size of a body', async () => {
    expect(await bodyOf('gzip', gzipSync(Buffer.alloc(8 * MIB, 'a')))).toHaveLength(8 * MIB)
  })

  test('is left as it is when it would become larger', async () => {
    const bytes = gzipSync(Buffer.alloc(64 * MIB))
    expect(Buffer.byteLength(await bodyOf('gzip', bytes), 'latin1')).toBeLessThanOrEqual(bytes.length)
  })
})

describe('a large response', () => {
  test('is read up to its end at the maximum size', async () => {
    const { url } = await serve((response) => response.end(Buffer.alloc(8 * MIB, 'a')))
    expect((await send({ url, ...PATIENT })).body).toHaveLength(8 * MIB)
  })

  test('is not read much further, even if it does not end', async () => {
    const chunk = Buffer.alloc(MIB, 'a')
    const { url } = await serve((response) => {
      const write = () => {
        while (response.write(chunk));
      }
      response.on('drain', write)
      write()
    })
    const { body } = await send({ url, ...PATIENT })
    expect(body.length).toBeGreaterThan(8 * MIB)
    expect(body.length).toBeLessThan(10 * MIB)
  })
})

describe('a request that fails', () => {
  test('has the kind of an answer that is not HTTP', async () => {
    const url = await serveBytes((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    expect(await trySend({ url, ...PATIENT })).toMatchObject({ kind: 'other' })
  })

  test('has the kind of a connection that is closed without an answer', async () => {
    const url = await serveBytes((socket) => socket.destroy())
    expect(await trySend({ url, ...PATIENT })).toMatchObject({ kind: 'closed' })
  })

  test('has the kind of a body that is cut', async () => {
    const url = await serveBytes((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'))
    expect(await trySend({ url, ...PATIENT })).toMatchObject({ kind: 'closed' })
  })

  test('has the kind of headers that do not come', async () => {
    const url = await serveBytes((socket) => void socket.write('HTTP/1.1 200 OK\r\n'))
    expect(await trySend({ url, timeoutMillis: 50 })).toMatchObject({
      kind: 'timeout',
      message: `${url.host} did not answer within 0.05 s`,
    })
  })

  test('names its host without user info', async () => {
    const url = await serveBytes((socket) => socket.destroy())
    const failure = await trySend({ url: new URL(url.href.replace('//', '//ann:secret@')), ...PATIENT })
    expect(String(failure)).not.toMatch(/ann|secret/)
  })
})

describe('the value of a header', () => {
  const answer = response({ a: ['1', '2, 3'], b: '', c: ' , x ,, y ' })

  test.each([
    ['several lines are joined', 'a', '1, 2, 3', ['1', '2', '3']],
    ['an empty line is a value without items', 'b', '', []],
    ['items are trimmed, and empty ones are left out', 'c', ' , x ,, y ', ['x', 'y']],
    ['an absent header has neither', 'd', undefined, []],
  ])('%s', (_, name, value, list) => {
    expect(headerOf(answer, name)).toBe(value)
    expect(listOf(answer, name)).toEqual(list)
  })
})

describe('the media type', () => {
  test.each([
    ['has no parameters', 'text/html; charset=utf-8', 'text/html'],
    ['is lower-case', 'Text/HTML', 'text/html'],
    ['is trimmed', ' text/html ;', 'text/html'],
    ['is empty in an empty header', '', ''],
  ])('%s', (_, value, expected) => {
    expect(mediaTypeOf(response({ 'content-type': value }))).toBe(expected)
  })

  test('is empty without a header', () => {
    expect(mediaTypeOf(response())).toBe('')
  })
})

test.each([
  [299, false],
  [300, false],
  [301, true],
  [302, true],
  [303, true],
  [304, false],
  [307, true],
  [308, true],
  [400, false],
])('whether the status %i is a redirect: %s', (status, expected) => {
  expect(isRedirect({ status })).toBe(expected)
})
