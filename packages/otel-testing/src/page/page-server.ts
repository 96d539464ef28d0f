import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { readBody } from '../collector/http-server.ts'
import { type Collector, startCollector } from '../collector/start-collector.ts'

/** A request that reached the server, with its trace headers. */
interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly traceparent: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** The server of a page, whose collector is at `/v1/traces` of the same origin. */
export interface PageServer extends Collector {
  /** `http://localhost:<port>` */
  readonly origin: string
  /** All requests except exports and those with the method OPTIONS. */
  readonly requests: readonly SeenRequest[]
  /** The pages by path. */
  readonly pages: Map<string, { readonly html: string; readonly headers?: Record<string, string> }>
}

/**
 * Starts a server on a free port that serves pages, the scripts of a folder, an API that can be slow, endless or
 * broken, and a WebSocket.
 */
export async function startPageServer(scriptsFolder: string): Promise<PageServer> {
  const requests: SeenRequest[] = []
  const waiting = new Set<() => void>()
  const pages: PageServer['pages'] = new Map()

  /** Resolves when each of the paths has been requested. */
  function requested(paths: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!paths.every((path) => requests.some((seen) => seen.path === path))) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = await readBody(request)
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-headers', '*, traceparent, tracestate, baggage')
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const { method = '', headers } = request
    const traceparent = typeof headers.traceparent === 'string' ? headers.traceparent : undefined
    requests.push({ method, path: url.pathname + url.search, traceparent, headers, body: body.toString() })
    for (const check of waiting) check()
    const until = url.searchParams.get('until')
    if (until !== null) await requested(until.split(','))
    if (url.pathname.startsWith('/api/')) return answerApi(url, response)
    if (url.pathname.endsWith('.js')) {
      const script = await readFile(join(scriptsFolder, url.pathname)).catch(() => undefined)
      if (!script) return response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=60' })
      return response.end(script)
    }
    const page = pages.get(url.pathname)
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html', ...page?.headers })
    return response.end(page?.html ?? '')
  }

  const collector = await startCollector({
    origin: answer,
    exportPaths: /^\/v1\/traces$/,
    // The default CORS configuration of the OpenTelemetry Collector allows this header only, not content-encoding.
    allowedHeaders: 'content-type, x-api-key',
    onUpgrade: acceptSocket,
  })
  return Object.assign(collector, { origin: `http://localhost:${collector.port}`, requests, pages })
}

/**
 * Answers a request to the API as its parameters say, in this order:
 *
 * - `until=paths` (see `answer`) waits until these paths have been requested, `delay` waits so many milliseconds
 * - `redirect=url` redirects with the status `as`, `drop` closes the connection without a response
 * - `status`, `type` and `content` are those of the response, `skew` moves the time in its `Server-Timing`
 * - `chunks=n` sends n chunks before the content, `body` waits so many milliseconds after each, `break` closes the connection
 *   after the first
 * - `sse` makes the response a stream of events
 */
async function answerApi(url: URL, response: ServerResponse): Promise<void> {
  const receivedMillis = Date.now() + Number(url.searchParams.get('skew') ?? 0)
  await delay(Number(url.searchParams.get('delay') ?? 0))
  const redirect = url.searchParams.get('redirect')
  if (redirect) {
    const status = Number(url.searchParams.get('as') ?? 302)
    return void response.writeHead(status, { location: redirect }).end()
  }
  if (url.searchParams.has('drop')) return void response.destroy()
  const status = Number(url.searchParams.get('status') ?? 200)
  const sse = url.searchParams.has('sse')
  response.writeHead(status, {
    'content-type': sse ? 'text/event-stream' : (url.searchParams.get('type') ?? 'application/json'),
    'server-timing': `edge;desc="${receivedMillis}";dur=1`,
  })
  const chunks = Number(url.searchParams.get('chunks') ?? 0)
  for (let index = 0; index < chunks; index++) {
    response.write(sse ? `data: ${index}\n\n` : ' '.repeat(1000))
    await delay(Number(url.searchParams.get('body') ?? 0))
    if (url.searchParams.has('break')) return void response.destroy()
  }
  const content = url.searchParams.get('content') ?? JSON.stringify({ ok: status < 400, path: url.pathname })
  response.end(sse ? '' : content)
}

/** A WebSocket at `/socket` that sends `hi` and answers a close. At other paths it is refused. */
function acceptSocket({ url, headers }: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => {})
  if (url !== '/socket') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  const protocol = headers['sec-websocket-protocol']?.split(',')[0]
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(Buffer.from([0x81, 2, 0x68, 0x69]))
  socket.on('data', (frame: Buffer) => {
    if (((frame[0] ?? 0) & 0x0f) === 8) socket.end(Buffer.from([0x88, 2, 0x03, 0xe8]))
  })
}
