import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { ExportAnswer, ExportRequest } from './export-request.ts'
import {
  type HttpServer,
  type HttpServerOptions,
  type RequestHandler,
  readBody,
  startHttpServer,
} from './http-server.ts'
import { Inbox } from './inbox.ts'

const OTLP_PATH = /\/v1\/(?:traces|logs|metrics)$/

export interface CollectorOptions extends HttpServerOptions {
  /** Answers the requests that are not exports, as an origin server does. Default: every request is an export. */
  readonly origin?: RequestHandler
  /** Matches the paths of exports. Default: with `origin` the paths of OTLP, otherwise all paths. */
  readonly exportPaths?: RegExp
  /** The value of `access-control-allow-headers`. Default: `content-type`, which the OpenTelemetry Collector allows. */
  readonly allowedHeaders?: string
}

/**
 * A collector for tests: an OTLP/HTTP receiver that stores the spans it receives. A test can make it reject, delay or cut off
 * exports (`answerExports`).
 */
export interface Collector extends Inbox, HttpServer {
  /** The address of traces, `<url>/v1/traces`. */
  readonly tracesUrl: string
}

/**
 * Starts a collector on a free port of 127.0.0.1. It accepts JSON and protobuf, gzip, and CORS requests.
 *
 * Each `<url>/inbox/<id>` stores its exports separately, for tests in workerd, which read them with a `RemoteCollector`.
 */
export async function startCollector({
  origin,
  exportPaths = origin ? OTLP_PATH : /^/,
  allowedHeaders = 'content-type',
  ...serverOptions
}: CollectorOptions = {}): Promise<Collector> {
  const own = new Inbox()
  const remote = new Map<string, Inbox>()
  const inboxOf = (pathname: string) => {
    const id = /^\/inbox\/([^/]+)\//.exec(pathname)?.[1]
    if (id === undefined) return own
    const inbox = remote.get(id) ?? new Inbox()
    remote.set(id, inbox)
    return inbox
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const inbox = inboxOf(pathname)
    if (inbox !== own && pathname.includes('/-/')) return answerRemoteTest(inbox, request, response)
    if (!exportPaths.test(pathname)) return origin?.(request, response)
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader('access-control-allow-headers', allowedHeaders)
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    return respond(response, inbox.receive(await toExportRequest(request)))
  }

  const server = await startHttpServer(handle, serverOptions)
  return Object.assign(own, server, { tracesUrl: `${server.url}/v1/traces` })
}

async function toExportRequest(request: IncomingMessage): Promise<ExportRequest> {
  const body = await readBody(request)
  return {
    receivedMillis: Date.now(),
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    sizeBytes: body.length,
    body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body,
  }
}

async function respond(response: ServerResponse, answer: ExportAnswer): Promise<void> {
  const { status = 200, headers, body = '{}', delayMillis, cutAfterMillis } = answer
  if (cutAfterMillis === 0) return void response.destroy()
  const waitMillis = cutAfterMillis ?? delayMillis
  if (waitMillis !== undefined) await delay(waitMillis, undefined, { ref: false })
  if (cutAfterMillis !== undefined) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** Answers the requests of a `RemoteCollector`. Their paths contain `/-/`, unlike those of exports. */
async function answerRemoteTest(
  inbox: Inbox,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    inbox.answerExports(JSON.parse(String(await readBody(request))) as ExportAnswer)
    return void response.end()
  }
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  const after = Number(searchParams.get('after'))
  await inbox.exportAfter(after, Number(searchParams.get('waitMillis')))
  const exports = inbox.exports.slice(after)
  response.end(
    JSON.stringify(exports.map((each) => ({ ...each, body: Buffer.from(each.body).toString('base64') }))),
  )
}
