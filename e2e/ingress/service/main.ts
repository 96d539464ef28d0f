import http from 'node:http'
import { trace } from '@opentelemetry/api'
import type { Format } from './propagators.ts'
import { startTelemetry } from './telemetry.ts'

const { SERVICE = '', FORMAT = 'w3c', PORT } = process.env
startTelemetry(SERVICE, FORMAT as Format)

/** `/call?to=` requests that address, with the headers `sw8*` of the caller, and answers with its body. */
function call(to: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => /^sw8/.test(name)))
  http
    .get(to, { headers }, (answer) => answer.pipe(response))
    .on('error', (error) => response.writeHead(502).end(error.message))
}

http
  .createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/healthz') return response.end('ok')
    const to = searchParams.get('to')
    if (to !== null) return call(to, request, response)
    const traceId = trace.getActiveSpan()?.spanContext().traceId
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ service: SERVICE, traceId, headers: request.rawHeaders }))
  })
  .listen(Number(PORT), '127.0.0.1')
