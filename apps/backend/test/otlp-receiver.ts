import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as it came over OTLP/HTTP in JSON, attributes as plain values. */
interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly status: { readonly code?: number }
  readonly attributes: Record<string, unknown>
  readonly resource: Record<string, unknown>
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly spans: readonly ReceivedSpan[]
  /** Every path that was posted to. */
  readonly paths: ReadonlySet<string>
  stop(): void
}

/** An OTLP receiver of a few lines, so that the backend is tested without anything of ours. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const paths = new Set<string>()
  const server = createServer(async (request, response) => {
    paths.add(String(request.url))
    let body = ''
    for await (const chunk of request) body += chunk
    spans.push(...readSpans(JSON.parse(body) as TraceRequest))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return {
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    spans,
    paths,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Attribute {
  readonly key: string
  readonly value: Record<string, unknown>
}

interface TraceRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (ReceivedSpan & { attributes: Attribute[] })[]
    }[]
  }[]
}

function readSpans({ resourceSpans }: TraceRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: toRecord(span.attributes),
        resource: toRecord(resource.attributes),
      })),
    ),
  )
}

function toRecord(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
