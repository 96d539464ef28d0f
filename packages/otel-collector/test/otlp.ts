import {
  type AnyValue,
  encodeTraceRequestProtobuf,
  generateSpanId,
  generateTraceId,
  type KeyValue,
  type OtlpSpan,
  type TraceRequest,
  toKeyValues,
} from '@throughline/otel-shared'

/** 2026-11-21 08:00:00 UTC, for tests that assert times. */
export const EIGHT_O_CLOCK = 1_795_248_000_000_000_000n

/** A span of 100 ms that started now, in a trace of its own by default. */
export function makeSpan(fields: Partial<OtlpSpan> = {}): OtlpSpan {
  const start = BigInt(fields.startTimeUnixNano ?? BigInt(Date.now()) * 1_000_000n)
  return {
    traceId: generateTraceId(),
    spanId: generateSpanId(),
    name: 'GET /cart',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 100_000_000n),
    attributes: [],
    events: [],
    links: [],
    status: {},
    ...fields,
  }
}

export const TRACE_ID: string = 'a'.repeat(32)

/** A span of `TRACE_ID` that starts a number of milliseconds after eight o'clock. */
export function spanAt(
  startMillis: number,
  durationMillis: number,
  fields: Partial<OtlpSpan> = {},
): OtlpSpan {
  const start = EIGHT_O_CLOCK + BigInt(startMillis) * 1_000_000n
  return makeSpan({
    traceId: TRACE_ID,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(durationMillis) * 1_000_000n),
    ...fields,
  })
}

/** One attribute. */
export function attribute(key: string, value: string | number | boolean | AnyValue): KeyValue {
  if (typeof value === 'object') return { key, value }
  const [keyValue = { key, value: {} }] = toKeyValues({ [key]: value })
  return keyValue
}

/** A request with the spans of one service. */
export function makeRequest(service: string, spans: readonly OtlpSpan[]): TraceRequest {
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.name', service)] },
        scopeSpans: [{ scope: { name: 'test' }, spans }],
      },
    ],
  }
}

/** Posts a body unchanged. */
export function post(
  otlpUrl: string,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(otlpUrl, { method: 'POST', body, headers, ...(isStream(body) && { duplex: 'half' }) })
}

export function postJson(otlpUrl: string, body: unknown): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return post(otlpUrl, text, { 'content-type': 'application/json' })
}

export function postProtobuf(
  otlpUrl: string,
  body: TraceRequest | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const bytes = body instanceof Uint8Array ? body : encodeTraceRequestProtobuf(body)
  return post(otlpUrl, bytes, { 'content-type': 'application/x-protobuf' })
}

/** Sends spans of one service and checks that they were accepted. */
export async function send(otlpUrl: string, service: string, ...spans: readonly OtlpSpan[]): Promise<void> {
  const response = await postJson(otlpUrl, makeRequest(service, spans))
  const body = await response.text()
  if (body !== '{}') throw new Error(`the collector answered ${response.status} ${body}`)
}

function isStream(body: unknown): boolean {
  return body instanceof ReadableStream
}
