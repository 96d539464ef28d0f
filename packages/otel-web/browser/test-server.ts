import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { OtlpSpan, TraceRequest } from '@throughline/otel-shared'

/** A request that reached the server, with what it carried of the trace. */
interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly traceparent: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface TestServer {
  readonly origin: string
  readonly requests: SeenRequest[]
  /** Bodies of `POST /v1/traces`, in order of arrival. */
  readonly posts: {
    readonly request: TraceRequest
    readonly apiKey: string | undefined
    readonly encoding: string | undefined
    readonly sizeBytes: number
    /** Before it was compressed. */
    readonly bodyBytes: number
  }[]
  /** Spans of all posts. */
  spans(): OtlpSpan[]
  /** How `POST /v1/traces` is answered; default 200 and `{}`. `drop` cuts the connection. */
  collector: { status: number; headers: Record<string, string>; body: string; drop: boolean }
  /** Pages by path; a page's head embeds the script unless it says otherwise. */
  readonly pages: Map<string, { readonly html: string; readonly headers?: Record<string, string> }>
  close(): Promise<void>
}

const dist = join(import.meta.dirname, '../dist')

/** Serves pages, an API that can be slow, endless or broken, and a collector that records; on a free port. */
export async function startTestServer(): Promise<TestServer> {
  const requests: SeenRequest[] = []
  const posts: TestServer['posts'] = []
  const pages: TestServer['pages'] = new Map()
  const collector: TestServer['collector'] = { status: 200, headers: {}, body: '{}', drop: false }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    // A collector with the stock CORS set-up allows no more than this, above all no content-encoding.
    const allowed =
      url.pathname === '/v1/traces' ? 'content-type, x-api-key' : '*, traceparent, tracestate, baggage'
    response.setHeader('access-control-allow-headers', allowed)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (url.pathname === '/v1/traces') return collect(request, response, raw)
    requests.push({
      method: request.method ?? '',
      path: url.pathname + url.search,
      traceparent: header(request, 'traceparent'),
      headers: request.headers,
      body: raw.toString(),
    })
    if (url.pathname.startsWith('/api/')) return api(url, response)
    if (url.pathname.endsWith('.js')) {
      const script = await readFile(join(dist, url.pathname)).catch(() => undefined)
      if (!script) return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=60' })
      return void response.end(script)
    }
    const page = pages.get(url.pathname)
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html', ...page?.headers })
    response.end(page?.html ?? '')
  }

  function collect(request: IncomingMessage, response: ServerResponse, raw: Buffer): void {
    if (collector.drop) return void response.destroy()
    const encoding = header(request, 'content-encoding')
    if (collector.status < 300) {
      const body = encoding === 'gzip' ? gunzipSync(raw) : raw
      posts.push({
        request: JSON.parse(body.toString()) as TraceRequest,
        apiKey: header(request, 'x-api-key'),
        encoding,
        sizeBytes: raw.length,
        bodyBytes: body.length,
      })
    }
    response
      .writeHead(collector.status, { 'content-type': 'application/json', ...collector.headers })
      .end(collector.body)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    posts,
    pages,
    collector,
    spans: () =>
      posts.flatMap(({ request }) =>
        request.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)),
      ),
    close: () => close(server),
  }
}

/** `/api/…?delay=ms&body=ms&status=…&chunks=n&break&redirect=url` */
async function api(url: URL, response: ServerResponse): Promise<void> {
  const receivedMillis = Date.now() + Number(url.searchParams.get('skew') ?? 0)
  await wait(Number(url.searchParams.get('delay') ?? 0))
  const redirect = url.searchParams.get('redirect')
  if (redirect) return void response.writeHead(302, { location: redirect }).end()
  if (url.searchParams.has('drop')) return void response.destroy()
  const status = Number(url.searchParams.get('status') ?? 200)
  const sse = url.searchParams.has('sse')
  response.writeHead(status, {
    'content-type': sse ? 'text/event-stream' : 'application/json',
    'server-timing': `edge;desc="${receivedMillis}";dur=1`,
  })
  const chunks = Number(url.searchParams.get('chunks') ?? 0)
  for (let index = 0; index < chunks; index++) {
    response.write(sse ? `data: ${index}\n\n` : ' '.repeat(1000))
    await wait(Number(url.searchParams.get('body') ?? 0))
    if (url.searchParams.has('break')) return void response.destroy()
  }
  response.end(sse ? '' : JSON.stringify({ ok: status < 400, path: url.pathname }))
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function wait(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
