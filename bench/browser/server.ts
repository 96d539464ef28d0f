import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { decode, isCollectorPath } from './decode/decode.ts'
import type { SeenSpan } from './decode/seen-span.ts'
import { pageHtml } from './page/html.ts'
import type { Scripts } from './scripts.ts'

/** A request of the page, as its backend received it. */
export interface ApiRequest {
  readonly path: string
  /** The cause that the query names: `a0`, `b2`, `poll` … */
  readonly action: string
  /** The span id of the trace header of the request. */
  readonly spanId?: string
}

/** `refuse` closes the connection, `hang` never responds. */
export type CollectorMode = 'up' | 'refuse' | 'hang'

export interface BenchServer {
  readonly origin: string
  readonly requests: readonly ApiRequest[]
  /** Paths of the fetched scripts in order, with the number of requests that were traced before. */
  readonly scripts: readonly { readonly path: string; readonly tracedBefore: number }[]
  readonly spans: ReadonlyMap<string, SeenSpan>
  /** Bodies that could not be decoded, with the reason, because a product with an unknown format does send data. */
  readonly undecoded: readonly string[]
  setCollector(mode: CollectorMode): void
  close(): void
}

/** The page, its backend and every product's collector on one origin of its own. */
export async function startServer(scripts: Scripts): Promise<BenchServer> {
  const requests: ApiRequest[] = []
  const loaded: { path: string; tracedBefore: number }[] = []
  const spans = new Map<string, SeenSpan>()
  const undecoded: string[] = []
  let mode: CollectorMode = 'up'

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const script = scripts.files.get(url.pathname)
    if (script !== undefined) {
      const tracedBefore = requests.filter(({ spanId }) => spanId !== undefined).length
      loaded.push({ path: url.pathname, tracedBefore })
      answer(response, 200, script, 'text/javascript')
    } else if (url.pathname.startsWith('/api/')) {
      const spanId = spanIdOf(request.headers)
      const action = url.searchParams.get('action') ?? ''
      requests.push({ path: url.pathname, action, ...(spanId === undefined ? {} : { spanId }) })
      await delay(Number(url.searchParams.get('delay') ?? 0))
      answer(response, 200, '{"ok":true}', 'application/json')
    } else if (isCollectorPath(url.pathname)) {
      await collect(url.pathname, request, response)
    } else if (url.pathname === '/') {
      answer(response, 200, pageHtml(scripts.tags), 'text/html')
    } else answer(response, url.pathname === '/favicon.ico' ? 204 : 404, '', 'text/plain')
  }

  async function collect(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (mode === 'refuse') request.socket.destroy()
    if (mode !== 'up') return
    try {
      for (const span of decode(path, Buffer.concat(chunks))) spans.set(span.spanId, span)
    } catch (error) {
      undecoded.push(`${path}: ${error}`)
    }
    answer(response, 200, '{}', 'application/json')
  }

  const server = createServer((request, response) => {
    // A browser that unloads a page cancels its requests. This is measured and not a failure.
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The bench server has no port.')
  return {
    origin: `http://localhost:${address.port}`,
    requests,
    scripts: loaded,
    spans,
    undecoded,
    setCollector(next) {
      // Hanging requests are cut at the end of the outage, as when a crashed collector restarts.
      if (mode === 'hang') server.closeAllConnections()
      mode = next
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

/** W3C first, which most products send, then the headers of Sentry and Datadog. */
function spanIdOf(headers: IncomingHttpHeaders): string | undefined {
  const own = String(headers.traceparent ?? headers['sentry-trace'] ?? '').split('-')
  if (own.length === 4) return own[2]
  if (own.length > 1) return own[1]
  const datadog = headers['x-datadog-parent-id']
  return typeof datadog === 'string' ? BigInt(datadog).toString(16).padStart(16, '0') : undefined
}
