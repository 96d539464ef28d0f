import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { readBody, startHttpServer } from '@throughline/otel-testing/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCertificate } from '../../test/certificate.ts'
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

/** The error of a server that cannot listen. */
async function failureOf(server: Server): Promise<unknown> {
  const [error] = await once(server, 'error')
  return error
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
    ['deflate without its header', 'deflate', deflateRawSync('<html>')],
    ['zstd', 'zstd', zstdCompressSync('<html>')],
    ['two encodings', 'br, gzip', gzipSync(brotliCompressSync('<html>'))],
    ['an encoding beside none', 'gzip, identity', gzipSync('<html>')],
    ['gzip that ends too early', 'gzip', gzipSync('<html>').subarray(0, -4)],
  ])('is decompressed for %s', async (_, encoding, bytes) => {
    expect(await bodyOf(encoding, bytes)).toBe('<html>')
  })

  test.each([
    ['it is not compressed', 'gzip', Buffer.from('<html>')],
    ['its encoding is not known', 'compress', Buffer.from('<html>')],
    ['its encoding is none', 'identity', Buffer.from('<html>')],
  ])('is left as it is when %s', async (_, encoding, bytes) => {
    expect(await bodyOf(encoding, bytes)).toBe('<html>')
  })

  test('is decompressed up to the maximum size of a body', async () => {
    expect(await bodyOf('gzip', gzipSync(Buffer.alloc(8 * MIB, 'a')))).toHaveLength(8 * MIB)
  })

  test('is cut there when it would become larger', async () => {
    expect(await bodyOf('gzip', gzipSync(Buffer.alloc(64 * MIB, 'a')))).toHaveLength(8 * MIB)
  })
})

describe('an odd response is read as browsers read it:', () => {
  const HEADERS = 'content-type: text/html\r\ncontent-length: 6\r\n'
  test.each([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\n<html>'],
    [
      'after 103 Early Hints',
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n${HEADERS}\r\n<html>`,
    ],
    ['after 100 Continue', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${HEADERS}\r\n<html>`],
    ['with more bytes than its length', `HTTP/1.1 200 OK\r\n${HEADERS}\r\n<html></html>`],
    ['with lines that end in LF', `HTTP/1.1 200 OK\n${HEADERS.replaceAll('\r', '')}\n<html>`],
    ['with 100 kB of headers', `HTTP/1.1 200 OK\r\n${HEADERS}x-a: ${'a'.repeat(100_000)}\r\n\r\n<html>`],
  ])('%s', async (_, bytes) => {
    const url = await serveBytes((socket) => socket.end(bytes))
    expect(await send({ url, ...PATIENT })).toMatchObject({ status: 200, body: '<html>' })
  })
})

describe('a text', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  const bigEndian = (text: string) => utf16(text).swap16()
  test.each([
    ['has the encoding of its mark: UTF-8', 'text/html; charset=utf-16le', Buffer.from('\ufeff<é>')],
    ['has the encoding of its mark: UTF-16', 'text/html; charset=utf-8', utf16('\ufeff<é>')],
    ['has the encoding of its mark: UTF-16, big-endian', 'text/html', bigEndian('\ufeff<é>')],
    ['has the encoding of its type', 'text/html; charset=UTF-16LE', utf16('<é>')],
    [
      'has the encoding of its type in quotes',
      'text/html;charset="iso-8859-1"',
      Buffer.from('<é>', 'latin1'),
    ],
    ['has an encoding that does not exist', 'text/html; charset=none', Buffer.from('<é>')],
    ['has no encoding', '', Buffer.from('<é>')],
  ])('%s', async (_, type, bytes) => {
    const { url } = await serve((response) => response.writeHead(200, { 'content-type': type }).end(bytes))
    expect((await send({ url, ...PATIENT })).body).toBe('<é>')
  })

  test.each([
    ['<meta charset=windows-1252>é', 'latin1'],
    ['<meta http-equiv=content-type content="text/html; charset=iso-8859-1">é', 'latin1'],
    ['<meta charset="utf-16">é', 'utf8'],
    ['<meta charset=utf-8>é', 'utf8'],
    [`${' '.repeat(1024)}<meta charset=windows-1252>é`, 'utf8'],
  ] as const)('has the encoding of its element: %s', async (text, encoding) => {
    const { url } = await serve((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(Buffer.from(text, encoding)),
    )
    expect((await send({ url, ...PATIENT })).body).toBe(text)
  })
})

describe('an address', () => {
  test('can be one of IPv6', async (context) => {
    const server = createServer((_, response) => response.end('ok'))
    server.listen(0, '::1')
    const error = await Promise.race([once(server, 'listening').then(() => undefined), failureOf(server)])
    if (error) return context.skip('this machine has no IPv6')
    onTestFinished(() => void server.close())
    const url = new URL(`http://[::1]:${(server.address() as AddressInfo).port}/`)
    expect((await send({ url, ...PATIENT })).body).toBe('ok')
  })

  test('with other letters than those of ASCII is sent as Punycode', async () => {
    const failure = await trySend({ url: new URL(`http://${'ä'.repeat(60)}.invalid/`), ...PATIENT })
    expect(failure).toMatchObject({ kind: 'name', message: expect.stringMatching(/the name xn--/) })
  })

  test('with a certificate of its own is a failure of TLS', async () => {
    const server = createTlsServer({ ...createCertificate() }, (_, response) => response.end('ok'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await trySend({ url, ...PATIENT })).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    })
  })

  test('whose server never begins TLS is a time-out', async () => {
    const url = await serveBytes(() => {})
    const secure = new URL(url.href.replace('http:', 'https:'))
    expect(await trySend({ url: secure, timeoutMillis: 50 })).toMatchObject({ kind: 'timeout' })
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

  test('has the kind of a switch to another protocol', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'
    const url = await serveBytes((socket) => void socket.write(bytes))
    expect(await trySend({ url, ...PATIENT })).toMatchObject({
      kind: 'other',
      message: `${url.host} switches to another protocol (status 101)`,
    })
  })

  test('has the kind of hints without an end', async () => {
    const url = await serveBytes((socket) => {
      const write = () => {
        while (socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'));
      }
      socket.on('drain', write)
      write()
    })
    expect(await trySend({ url, timeoutMillis: 50 })).toMatchObject({ kind: 'timeout' })
  })

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['300 kB of headers', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(300_000)}\r\n\r\n`],
  ])('has the kind of an answer with %s', async (_, bytes) => {
    const url = await serveBytes((socket) => socket.end(bytes))
    expect(await trySend({ url, ...PATIENT })).toMatchObject({ kind: 'other' })
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
