import {
  encodeTraceRequestProtobuf,
  type OtelConfig,
  type OtlpResource,
  type TraceRequest,
  toKeyValues,
} from '@throughline/otel-shared'
import { nativeFetch } from './native-fetch.ts'
import type { EdgeOptions } from './options.ts'
import { ATTR_DROPPED_SPANS } from './semconv.ts'
import { type Scope, type SpanRecord, toOtlpSpan } from './span-record.ts'

export interface ExportOutcome {
  /** `failed` may be tried again, `rejected` may not. */
  readonly result: 'sent' | 'rejected' | 'failed'
  /** When the receiver wants to be asked again. */
  readonly retryAfterMillis?: number | undefined
}

export interface SpanExporter {
  readonly timeoutMillis: number
  /** One POST. Never throws. */
  send(spans: readonly SpanRecord[], droppedSpans: number): Promise<ExportOutcome>
  /** Hands spans to the overflow queue; false when it would not take them. Absent without a bound queue. */
  overflow?(spans: readonly SpanRecord[]): Promise<boolean>
}

/** What the OTLP specification calls retryable. */
const RETRYABLE = new Set([429, 502, 503, 504])

/** Posts spans to an OTLP address; without one configured, spans are let go. */
export function createExporter(
  resource: OtlpResource,
  { exporter = {} }: EdgeOptions,
  config: OtelConfig,
  env: object,
): SpanExporter {
  const url = exporter.url ?? config.tracesUrl
  const protocol = exporter.protocol ?? config.protocol ?? 'http/json'
  const timeoutMillis = exporter.timeoutMillis ?? config.timeoutMillis ?? 10_000
  const gzip = (exporter.compression ?? config.compression) !== 'none'
  const headers: Record<string, string> = {
    ...config.headers,
    ...exporter.headers,
    'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  }
  const queue = findQueue(env, exporter.overflowQueue)

  return {
    timeoutMillis,
    async send(spans, droppedSpans) {
      if (url === undefined || config.disabled) return { result: 'sent' }
      try {
        const request = toRequest(resource, spans, droppedSpans)
        const bytes = protocol === 'http/json' ? JSON.stringify(request) : encodeTraceRequestProtobuf(request)
        const response = await nativeFetch(url, {
          method: 'POST',
          headers,
          // Without a manual encoding the runtime would compress once more.
          ...(gzip ? { body: await compress(bytes), encodeBody: 'manual' } : { body: bytes }),
          signal: AbortSignal.timeout(timeoutMillis),
        } as RequestInit)
        // An unread body keeps its connection; a worker may hold six.
        await response.arrayBuffer()
        if (response.ok) return { result: 'sent' }
        if (!RETRYABLE.has(response.status)) return { result: 'rejected' }
        return { result: 'failed', retryAfterMillis: parseRetryAfter(response.headers.get('retry-after')) }
      } catch {
        // Refused, reset, timed out: the runtime gives plain errors for all of them, and all may pass.
        return { result: 'failed' }
      }
    },
    ...(queue && {
      async overflow(spans: readonly SpanRecord[]) {
        try {
          for (let start = 0; start < spans.length; start += QUEUE_SPANS) {
            await queue.send(toRequest(resource, spans.slice(start, start + QUEUE_SPANS), 0))
          }
          return true
        } catch {
          return false
        }
      },
    }),
  }
}

/** A queue takes 128 kB a message. */
const QUEUE_SPANS = 50

function findQueue(env: object, name: string | undefined): Pick<Queue, 'send'> | undefined {
  return name === undefined ? undefined : (env as Record<string, Queue | undefined>)[name]
}

function toRequest(resource: OtlpResource, spans: readonly SpanRecord[], droppedSpans: number): TraceRequest {
  const byScope = new Map<string, { scope: Scope; spans: ReturnType<typeof toOtlpSpan>[] }>()
  for (const span of spans) {
    const key = `${span.scope.name}@${span.scope.version}`
    let scopeSpans = byScope.get(key)
    if (!scopeSpans) {
      scopeSpans = { scope: span.scope, spans: [] }
      byScope.set(key, scopeSpans)
    }
    scopeSpans.spans.push(toOtlpSpan(span))
  }
  const attributes =
    droppedSpans === 0
      ? resource.attributes
      : [...resource.attributes, ...toKeyValues({ [ATTR_DROPPED_SPANS]: droppedSpans })]
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [...byScope.values()] }] }
}

function compress(bytes: string | Uint8Array): Promise<ArrayBuffer> {
  const body = new Response(bytes as BodyInit).body ?? new ReadableStream()
  return new Response(body.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

/** Seconds or a date, as milliseconds from now. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = Number(value)
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1_000
  return millis >= 0 ? Math.min(millis, 60_000) : undefined
}
