import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countStoredSpans, startTestCollector } from '../../test/collector.ts'
import { makeRequest, makeSpan } from '../../test/otlp.ts'

const BODY = JSON.stringify(makeRequest('shop', [makeSpan()]))

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  onTestFinished(() => void socket.destroy())
  return socket
}

const head = (start: string, ...headers: readonly string[]) =>
  [`${start} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n')
const post = (contentType: string, contentLength: number) =>
  head('POST /v1/traces', `content-type: ${contentType}`, `content-length: ${contentLength}`)

/** Resolves with the text that arrives up to and including `end`. */
async function readUntil(socket: Socket, end: string): Promise<string> {
  let received = ''
  while (!received.includes(end)) received += String((await once(socket, 'data'))[0])
  return received
}

describe('a refused request', () => {
  test('a refused request is answered when its body was sent as a whole, and the connection is closed', async () => {
    const { otlpUrl } = await startTestCollector()
    const socket = open(otlpUrl)
    const answer = text(socket)
    socket.write(`${post('text/plain', 10)}12345`)
    socket.write('67890')
    expect(await answer).toMatch(/^HTTP\/1.1 415 [\s\S]*\r\nconnection: close\r\n/i)
  })

  test('a refused request whose body never ends is answered all the same', async () => {
    const { otlpUrl } = await startTestCollector()
    const socket = open(otlpUrl)
    const answer = text(socket)
    socket.write(`${post('application/json', 5 * 1024 * 1024)}{"resourceSpans":[`)
    expect(await answer).toMatch(/^HTTP\/1.1 413 [\s\S]*"the body is larger than 4194304 bytes"}/)
  })

  test('a refused request that was received as a whole leaves the connection open', async () => {
    const collector = await startTestCollector()
    const socket = open(collector.otlpUrl)
    socket.write(head('GET /nowhere'))
    expect(await readUntil(socket, '/v1/traces"}')).toMatch(/^HTTP\/1.1 404 /)
    socket.write(post('application/json', BODY.length) + BODY)
    expect(await readUntil(socket, '{}')).toMatch(/^HTTP\/1.1 200 OK/)
    expect(await countStoredSpans(collector)).toBe(1)
  })
})

test('requests that are pipelined are answered in their order', async () => {
  const collector = await startTestCollector()
  const socket = open(collector.otlpUrl)
  const answer = text(socket)
  const spans = JSON.stringify(makeRequest('shop', [makeSpan(), makeSpan()]))
  socket.write(
    [
      post('application/json', BODY.length) + BODY,
      head('GET /v1/traces'),
      post('application/json', 1),
      '{',
      post('application/json', spans.length) + spans,
      head('GET /healthz', 'connection: close'),
    ].join(''),
  )
  const statuses = [...(await answer).matchAll(/HTTP\/1.1 (\d+) /g)].map(([, status]) => status)
  expect(statuses).toEqual(['200', '405', '400', '200', '200'])
  expect(await countStoredSpans(collector)).toBe(3)
})

// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
test.each([
  ['/healthz', 200],
  ['/', 200],
  ['/v1/traces', 405],
  ['/nowhere', 404],
])('HEAD %s has the status %d and no body', async (path, status) => {
  const { otlpUrl } = await startTestCollector()
  const socket = open(otlpUrl)
  const answer = text(socket)
  socket.write(head(`HEAD ${path}`, 'connection: close'))
  expect(await answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^{]*\r\n\r\n$`))
})

// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
test.each([
  ['two Host headers', head('GET /healthz', 'host: localhost', 'connection: close'), 400],
  ['another Host header', 'GET /healthz HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n', 421],
  ['no Host header in HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 421],
  ['no Host header in HTTP/1.1', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
  ['an absolute address', head('GET http://localhost/healthz', 'connection: close'), 200],
  [
    'an absolute address of another host',
    head('GET http://rebound.example/healthz', 'connection: close'),
    421,
  ],
  ['a query', head('GET /healthz?verbose=1', 'connection: close'), 200],
  ['an address that cannot be parsed', head('GET http://[/healthz', 'connection: close'), 400],
])('a request with %s has the expected status (case %#)', async (_, request, status) => {
  const { otlpUrl } = await startTestCollector()
  const socket = open(otlpUrl)
  const answer = text(socket)
  socket.write(request)
  expect((await answer).split(' ', 2)[1]).toBe(String(status))
})

// https://www.rfc-editor.org/rfc/rfc9112#section-6
test.each([
  ['a content-length that is no number', 'content-length: ten'],
  ['two different values of content-length', 'content-length: 1\r\ncontent-length: 2'],
  ['content-length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked'],
  ['a negative content-length', 'content-length: -1'],
])('a request with %s is refused, and its body is not stored', async (_, headers) => {
  const collector = await startTestCollector()
  const socket = open(collector.otlpUrl)
  const answer = text(socket)
  socket.write(head('POST /v1/traces', 'content-type: application/json', headers) + BODY)
  expect(await answer).toMatch(/^HTTP\/1.1 400 /)
  expect(await countStoredSpans(collector)).toBe(0)
})
