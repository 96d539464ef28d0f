import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  formatTraceparent,
  generateSpanId,
  generateTraceId,
  parseTraceparent,
} from '@throughline/otel-shared'
import { readBody, startHttpServer } from '@throughline/otel-testing/node'
import { onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'
import type { Certificate } from './certificate.ts'

/** A response of the site. */
export interface Answer {
  /** Default 200. */
  readonly status?: number
  /** Several values of a header are several lines. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
  /** The body does not end. */
  readonly isOpen?: boolean
}

export type Route =
  | Answer
  | ((request: IncomingMessage, body: Buffer) => Answer | 'hang' | 'cut' | Promise<Answer>)

/** Answers by method and path. A path that ends in `*` is a prefix. */
export type Routes = Readonly<Record<string, Route>>

export interface Site {
  readonly url: string
  readonly origin: string
  /** Method, path and headers of the requests so far. */
  readonly requests: readonly IncomingMessage[]
}

/**
 * Starts a site on a free port, which is closed when the test is over. Other paths are answered with 404.
 *
 * @param certificate for a site with TLS.
 */
export async function startSite(routes: Routes, certificate?: Certificate): Promise<Site> {
  const requests: IncomingMessage[] = []
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request)
    const body = await readBody(request)
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const route = findRoute(routes, `${request.method} ${path}`) ?? { status: 404, body: 'not found' }
    const answer = typeof route === 'function' ? await route(request, body) : route
    if (answer === 'hang') return
    if (answer === 'cut') return response.destroy()
    respond(response, answer)
  }
  const { url, close } = await (certificate ? startTls(handler, certificate) : startHttpServer(handler))
  onTestFinished(() => close())
  return { url: `${url}/`, origin: url, requests }
}

async function startTls(
  handler: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
  certificate: Certificate,
) {
  const server = createServer({ ...certificate }, (request, response) => void handler(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function findRoute(routes: Routes, name: string): Route | undefined {
  const prefix = Object.keys(routes).find((key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)))
  return routes[name] ?? (prefix === undefined ? undefined : routes[prefix])
}

function respond(
  response: ServerResponse,
  { status = 200, headers = {}, body = '', isOpen = false }: Answer,
): void {
  response.writeHead(status, headers)
  if (isOpen) response.write(body)
  else response.end(body)
}

export const SNIPPET = '<script src="/throughline.js" data-service-name="shop-web"></script>'

/** A page with `head` in its head. */
export function html(head: string = SNIPPET): string {
  return `<!doctype html><html><head><meta charset="utf-8">${head}</head><body><script type="module" src="/app.js"></script></body></html>`
}

/** `Server-Timing` of an edge that continues the trace of the request. */
export function continued(request: IncomingMessage): string {
  const caller = parseTraceparent(String(request.headers.traceparent ?? ''))
  const traceparent = formatTraceparent({
    traceId: caller?.traceId ?? generateTraceId(),
    spanId: generateSpanId(),
    traceFlags: caller?.traceFlags ?? 1,
  })
  return `traceparent;desc="${traceparent}", trace;desc="${traceparent}"`
}

export interface PageOptions {
  readonly head?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** Default: `continued`. */
  readonly serverTiming?: (request: IncomingMessage) => string | string[] | undefined
}

/** A page behind an edge. */
export function page({
  head,
  headers = {},
  serverTiming = continued,
}: PageOptions = {}): (request: IncomingMessage) => Answer {
  return (request) => {
    const timing = serverTiming(request)
    return {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        ...(timing === undefined ? {} : { 'server-timing': timing }),
        ...headers,
      },
      body: html(head),
    }
  }
}

export const SCRIPT: Answer = { headers: { 'content-type': 'text/javascript' }, body: 'void 0\n' }

/** The response of an OTLP receiver. */
export const ACCEPTED: Answer = { headers: { 'content-type': 'application/json' }, body: '{}' }

/** The routes of a healthy site. */
export function healthy(changes: Routes = {}): Routes {
  return {
    'GET /': page(),
    'GET /throughline.js': SCRIPT,
    'GET /throughline-sdk.js': SCRIPT,
    'GET /throughline-extras.js': SCRIPT,
    'POST /v1/traces': ACCEPTED,
    ...changes,
  }
}

export interface Run {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line. */
export async function run(...args: readonly string[]): Promise<Run> {
  const stdout: string[] = []
  const stderr: string[] = []
  const status = await main(args, {
    print: (text) => stdout.push(text),
    printError: (text) => stderr.push(text),
    isTerminal: false,
    env: {},
  })
  return { status, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}

/** A time-out that a busy machine does not reach. A later `--timeout` wins. */
export const PATIENT = '--timeout=60'

/** A finding of the JSON report. */
export interface FoundFault {
  readonly id: string
  readonly severity: string
  readonly seen: string
  readonly fix: string
}

/** Runs the doctor and returns the findings of its JSON report. */
export async function diagnose(...args: readonly string[]): Promise<readonly FoundFault[]> {
  const { stdout, stderr, status } = await run('doctor', PATIENT, ...args, '--json')
  if (!stdout) throw new Error(`exit code ${status}: ${stderr}`)
  return (JSON.parse(stdout) as { readonly findings: readonly FoundFault[] }).findings
}
