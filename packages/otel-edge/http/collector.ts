import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { OtlpSpan, TraceRequest } from '@throughline/otel-shared'

/** The far side of a worker: a collector, and an origin for what it passes on. */
export interface FarSide {
  readonly url: string
  readonly spans: readonly OtlpSpan[]
  close(): void
}

/** Listens on a free port; what is not posted to `/v1/traces` is answered by `origin`. */
export async function startFarSide(
  origin: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end(),
): Promise<FarSide> {
  const spans: OtlpSpan[] = []
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/traces') return origin(request, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { resourceSpans } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as TraceRequest
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
    return response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
