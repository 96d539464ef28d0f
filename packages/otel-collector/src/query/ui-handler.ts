import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { misdirected } from '../http/allowed-hosts.ts'
import { type Answer, errorAnswer, jsonAnswer } from '../http/answer.ts'
import { hasManyHosts, MANY_HOSTS, readTarget } from '../http/request-target.ts'
import type { Query, QueryFailure } from './messages.ts'
import type { QueryPool } from './query-pool.ts'

const STATUSES: Readonly<Record<QueryFailure['reason'], number>> = {
  time: 503,
  writer: 503,
  busy: 503,
  client: 503,
  error: 500,
}
const RETRY = { 'retry-after': '1' }
/** How long a client may stop reading a response. */
const STALL_MILLIS = 10_000

/** Serves Jaeger's query API and the viewer. The pool answers both. */
export function createUiHandler(
  pool: Pick<QueryPool, 'answer'>,
  isOwnHost: (header: string | undefined) => boolean,
): RequestListener {
  // Requests of one connection are answered one at a time. Otherwise a client that pipelines many requests, and reads
  // no response, would keep all of them in progress.
  const last = new WeakMap<Socket, Promise<void>>()
  return (request, response) => {
    const { method = 'GET', headers, socket } = request
    const target = readTarget(request)
    if (!target) return send(response, method, errorAnswer('', 400, 'the address cannot be parsed'))
    const { host, path, search } = target
    if (hasManyHosts(request)) return send(response, method, errorAnswer(path, 400, MANY_HOSTS))
    if (!isOwnHost(host)) return send(response, method, errorAnswer(path, 421, misdirected(host)))
    if (method !== 'GET' && method !== 'HEAD') {
      return send(
        response,
        method,
        errorAnswer(path, 405, `${method} is not allowed`, { allow: 'GET, HEAD' }),
      )
    }
    if (path === '/healthz') return send(response, method, jsonAnswer(200, ['{"status":"ok"}']))
    const query = { path, search, ifNoneMatch: headers['if-none-match'] }
    const answered = (last.get(socket) ?? Promise.resolve()).then(() =>
      answer(pool, query, request, response),
    )
    last.set(socket, answered)
  }
}

/** Resolves when the response was sent or the client has disconnected. */
function answer(
  pool: Pick<QueryPool, 'answer'>,
  query: Query,
  { method = 'GET' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((resolve) => {
    let stalled: ReturnType<typeof setTimeout> | undefined
    if (response.destroyed || response.socket?.destroyed) return resolve()
    const cancel = pool.answer(query, {
      head: (status, headers) => void response.writeHead(status, headers),
      chunk(bytes, next) {
        if (method === 'HEAD') return cancel()
        if (response.write(bytes)) return next()
        stalled = setTimeout(() => response.destroy(), STALL_MILLIS)
        response.once('drain', () => {
          clearTimeout(stalled)
          next()
        })
      },
      end: () => response.end(resolve),
      fail(failure) {
        if (method === 'HEAD' && response.headersSent) response.end(resolve)
        else if (response.headersSent) response.destroy()
        else send(response, method, failureAnswer(query, failure))
        resolve()
      },
    })
    response.once('close', () => {
      clearTimeout(stalled)
      cancel()
      resolve()
    })
  })
}

function failureAnswer({ path }: Query, { reason, message }: QueryFailure): Answer {
  const status = STATUSES[reason]
  return errorAnswer(path, status, message, status === 503 ? RETRY : {})
}

function send(response: ServerResponse, method: string, { status, headers, body }: Answer): void {
  response.writeHead(status, headers)
  if (method !== 'HEAD') for (const piece of body) response.write(piece)
  response.end()
}
