import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { readBody } from '@throughline/otel-testing/node'

const TRACING = /^(?:traceparent|tracestate|baggage|cf-.*|mf-.*|x-forwarded-.*|host)$/
const LONG = 'one line of many\n'.repeat(6_000)

/** The server on the open network that the twins fetch from. */
export async function answerAsOrigin(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://origin')
  const resource = RESOURCES[pathname.slice(1)]
  if (resource) {
    resource(response, request)
    return
  }
  if (pathname === '/echo') {
    const body = await readBody(request)
    const headers: string[] = []
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      const name = request.rawHeaders[index] ?? ''
      if (!TRACING.test(name.toLowerCase())) headers.push(`${name}: ${request.rawHeaders[index + 1]}`)
    }
    const { method } = request
    const boundary = /boundary=([^;]+)/.exec(request.headers['content-type'] ?? '')?.[1] ?? ' '
    const mask = (text: string) => (boundary === ' ' ? text : text.replaceAll(boundary, 'BOUNDARY'))
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        method,
        query: String(searchParams),
        headers: headers.map(mask).sort(),
        body: mask(body.toString('latin1')).slice(0, 500),
        sha: boundary === ' ' ? createHash('sha1').update(body).digest('hex') : '',
      }),
    )
    return
  }
  response.writeHead(404, { 'content-type': 'text/plain' }).end('no such thing')
}

type Resource = (response: ServerResponse, request: IncomingMessage) => void

const resource =
  (status: number, headers: Record<string, string>, body?: string | Buffer): Resource =>
  (response) => {
    response.sendDate = false
    if (body !== undefined) response.setHeader('content-length', Buffer.byteLength(body))
    response.writeHead(status, headers).end(body)
  }

/** By path. */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  text: resource(200, { 'content-type': 'text/plain;charset=utf-8', 'x-own': 'kept' }, 'grüß dich'),
  json: resource(200, { 'content-type': 'application/json', 'set-cookie': 'a=1' }, '{"a":[1,"é"]}'),
  'bad-json': resource(200, { 'content-type': 'application/json' }, '{"a":'),
  form: resource(200, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=%C3%A9&a=2'),
  multipart: resource(
    200,
    { 'content-type': 'multipart/form-data; boundary=x' },
    '--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n',
  ),
  empty: resource(200, { 'content-length': '0' }),
  'no-content': resource(204, { 'x-own': 'kept' }),
  'not-modified': resource(304, { etag: '"v1"' }),
  partial: resource(206, { 'content-range': 'bytes 0-3/10', 'content-type': 'text/plain' }, 'part'),
  long: resource(200, { 'content-type': 'text/plain' }, LONG),
  gzip: resource(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }, gzipSync(LONG)),
  br: resource(200, { 'content-type': 'text/plain', 'content-encoding': 'br' }, brotliCompressSync(LONG)),
  'gzip-part': resource(
    206,
    { 'content-encoding': 'gzip', 'content-range': 'bytes 20-59/400', etag: '"v1"' },
    gzipSync(LONG).subarray(20, 60),
  ),
  'no-gzip': resource(200, { 'content-encoding': 'gzip' }, 'not compressed at all'),
  'twice-encoded': resource(200, { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync('twice'))),
  'other-encoding': resource(200, { 'content-encoding': 'zstd' }, 'some bytes'),
  'not-found': resource(404, { 'content-type': 'text/plain' }, 'nothing here'),
  failed: resource(500, { 'content-type': 'text/plain' }, 'it broke'),
  redirect: resource(302, { location: '/text' }),
  'permanent-redirect': resource(308, { location: '/echo' }),
  loop: resource(302, { location: '/loop' }),
  chunked(response) {
    response.sendDate = false
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('first ')
    setTimeout(() => {
      response.write('second ')
      setTimeout(() => response.end('third'), 3)
    }, 3)
  },
  broken(response) {
    response.sendDate = false
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' })
    response.write('only this')
    setTimeout(() => response.destroy(), 5)
  },
}
