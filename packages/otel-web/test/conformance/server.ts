import type { ServerResponse } from 'node:http'
import { startHttpServer } from '@throughline/otel-testing/node'

/** A page's server for the patterns: JSON after a delay, an answer that never comes, streams, an image, scripts, a broken answer. */
export interface CorpusServer {
  readonly origin: string
  close(): Promise<void>
}

/** Starts the server on a free port of the loopback; `files` are the page's scripts by path. */
export async function startCorpusServer(files: Readonly<Record<string, string>>): Promise<CorpusServer> {
  const server = await startHttpServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const delayMillis = Number(url.searchParams.get('delay') ?? 0)
    setTimeout(() => answer(url, response, files), delayMillis)
  })
  return { origin: `http://localhost:${server.port}`, close: server.close }
}

/** Gives the page timers of 5 µs instead of 100. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const HTML = '<!doctype html><meta charset="utf-8"><title>Context corpus</title><body>'

function answer(url: URL, response: ServerResponse, files: Readonly<Record<string, string>>): void {
  const file = files[url.pathname]
  const send = (type: string, body: string | Buffer, status = 200) =>
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...ISOLATED }).end(body)
  if (file !== undefined) return void send('text/javascript; charset=utf-8', file)
  switch (url.pathname) {
    case '/':
      return void send('text/html', HTML)
    case '/json':
      return void send('application/json', '{"rows":[1,2,3]}', Number(url.searchParams.get('status') ?? 200))
    case '/unanswered':
      // What the page aborts or times out: an answer could arrive before either on a busy machine.
      return
    case '/pixel.gif':
      return void send('image/gif', PIXEL)
    case '/empty.js':
    case '/module.js':
      return void send('text/javascript', 'export {}'.slice(url.pathname === '/module.js' ? 0 : 9))
    case '/stream':
      return void stream(response, Number(url.searchParams.get('chunks') ?? 3))
    case '/broken':
      return void response.destroy()
    default:
      return void send('text/plain', 'not found', 404)
  }
}

async function stream(response: ServerResponse, chunks: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' })
  for (let chunk = 0; chunk < chunks; chunk++) {
    response.write('data '.repeat(100))
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  response.end()
}
