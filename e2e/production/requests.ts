import { randomBytes } from 'node:crypto'
import type { KeyValue, OtlpSpan, TraceRequest } from '@throughline/otel-shared'

/** Attributes whose values are strings. */
export function strings(values: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** A request with spans of one service. Absent fields get default values, ids are random. */
export function requestOf(
  service: string,
  spans: readonly Partial<OtlpSpan>[],
  resource: readonly KeyValue[] = [],
): TraceRequest {
  const attributes = [...strings({ 'service.name': service }), ...resource]
  return {
    resourceSpans: [
      { resource: { attributes }, scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(completed) }] },
    ],
  }
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

function completed(span: Partial<OtlpSpan>): OtlpSpan {
  const start = BigInt(Date.now()) * 1_000_000n
  return {
    traceId: newTraceId(),
    spanId: randomBytes(8).toString('hex'),
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 5_000_000n),
    attributes: [],
    events: [],
    links: [],
    status: {},
    ...span,
  }
}

/** Exports a request once, as JSON. */
export function post(
  url: string,
  request: TraceRequest,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(30_000),
  })
}

const RETRY_MILLIS = 100

/** Exports a request until it is acknowledged, as clients of OTLP do. */
export async function deliver(url: string, request: TraceRequest): Promise<void> {
  for (;;) {
    const status = await post(url, request).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => undefined,
    )
    if (status === 200) return
    if (status !== undefined && status !== 429 && status < 502) throw new Error(`refused with ${status}`)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS))
  }
}
