import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { type ServedWorker, serveWorker } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANSWERS } from './answers-worker.ts'

// The origin of forwarded responses, and the collector.
let origin: Collector
let worker: ServedWorker

beforeAll(async () => {
  const text = 'origin '.repeat(20_000)
  origin = await startCollector({
    origin: (request, response) => {
      const encoding = request.url?.slice(1) ?? ''
      if (encoding === 'gzip' || encoding === 'zstd') response.setHeader('content-encoding', encoding)
      if (encoding === 'status-700') response.statusCode = 700
      const bytes = encoding === 'gzip' ? gzipSync(text) : encoding === 'zstd' ? zstdCompressSync(text) : text
      response.setHeader('content-length', Buffer.byteLength(bytes))
      response.end(bytes)
    },
  })
  worker = await serveWorker(join(import.meta.dirname, 'answers-worker.ts'), {
    bindings: { OTEL_EXPORTER_OTLP_ENDPOINT: origin.url, ORIGIN: origin.url },
  })
})
afterAll(async () => {
  worker?.stop()
  await origin?.close()
})

/** The bytes that arrive at the socket, without the headers that tracing adds. */
async function answerTo(method: string, path: string): Promise<string> {
  const socket = connect(worker.port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.end(
    `${method} ${path} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip, br\r\nconnection: close\r\n\r\n`,
  )
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve))
  const received = Buffer.concat(chunks).toString('latin1')
  const headEnd = received.indexOf('\r\n\r\n')
  const head = received
    .slice(0, headEnd)
    .split('\r\n')
    .filter((line: string) => !/^(?:server-timing|timing-allow-origin|date):/i.test(line))
  const [status, ...lines] = head
  const body = received.slice(headEnd + 4)
  // The runtime decides where chunks begin, so chunks are joined.
  const isChunked = lines.some((line: string) => /^transfer-encoding: chunked/i.test(line))
  return [status, ...lines.sort(), '', isChunked ? withoutChunks(body) : body].join('\n')
}

function withoutChunks(body: string): string {
  let text = ''
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at)
    const length = Number.parseInt(body.slice(at, end), 16)
    if (end < 0 || !(length > 0)) return `${text}${length === 0 ? '' : ' cut'}`
    text += body.slice(end + 2, end + 2 + length)
    at = end + 2 + length + 2
  }
  return `${text} cut`
}

// A body that is followed is decoded and compressed again, so its length is unknown in advance.
const RECOMPRESSED = new Set(['large-manual', 'passed-gzip'])
const withoutLength = (answer: string) =>
  answer.replace(/^(?:Content-Length: \d+|Transfer-Encoding: chunked)\n/m, '')

describe.each(['GET', 'HEAD'])('a traced worker answers %s as the same worker without tracing', (method) => {
  test.concurrent.each(Object.keys(ANSWERS))('a traced and a bare response are equal: %s', async (name) => {
    const [bare, traced] = await Promise.all([
      answerTo(method, `/bare/${name}`),
      answerTo(method, `/traced/${name}`),
    ])
    const compared = RECOMPRESSED.has(name) ? withoutLength : (answer: string) => answer
    expect(compared(traced)).toBe(compared(bare))
  })
})
