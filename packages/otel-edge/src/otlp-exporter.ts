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
import type { SpanChunk } from './span-chunk.ts'

export interface ExportOutcome {
  /** `failed` may be tried again, `rejected` may not. */
  readonly result: 'sent' | 'rejected' | 'failed'
  /** When the receiver wants to be asked again. */
  readonly retryAfterMillis?: number | undefined
}

export interface SpanExporter {
  readonly timeoutMillis: number
  /** One POST. Never throws. */
  send(chunks: readonly SpanChunk[], droppedSpans: number): Promise<ExportOutcome>
  /** Hands spans to the overflow queue; false when it would not take them. Absent without a bound queue. */
  overflow?(chunk: SpanChunk): Promise<boolean>
}

/** What the OTLP specification calls retryable. */
export const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** What is sent: its address, and the names its parts have in OTLP JSON. Logs are always sent as JSON. */
export interface Signal {
  readonly url: string | undefined
  readonly names: readonly [resource: string, scope: string, records: string]
}

const TRACE_NAMES = ['resourceSpans', 'scopeSpans', 'spans'] as const

/** Posts spans to an OTLP address; without one configured, spans are let go. */
export function createExporter(
  resource: OtlpResource,
  { exporter = {} }: EdgeOptions,
  config: OtelConfig,
  env: object,
  { url, names }: Signal = { url: exporter.url ?? config.tracesUrl, names: TRACE_NAMES },
): SpanExporter {
  const protobuf = names === TRACE_NAMES && (exporter.protocol ?? config.protocol) === 'http/protobuf'
  const timeoutMillis = exporter.timeoutMillis ?? config.timeoutMillis ?? 10_000
  const gzip = (exporter.compression ?? config.compression) !== 'none'
  const headers: Record<string, string> = {
    ...config.headers,
    ...exporter.headers,
    'content-type': protobuf ? 'application/x-protobuf' : 'application/json',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  }
  const queue = exporter.overflowQueue === undefined ? undefined : Reflect.get(env, exporter.overflowQueue)
  const overflowQueue = queue as Pick<Queue, 'send'> | undefined

  return {
    timeoutMillis,
    async send(chunks, droppedSpans) {
      if (url === undefined || config.disabled) return { result: 'sent' }
      try {
        const json = packRequest(names, resource, chunks, droppedSpans)
        const bytes = protobuf ? encodeTraceRequestProtobuf(parseTraceRequest(json)) : json
        const request: RequestInit & { encodeBody: 'manual' } = {
          method: 'POST',
          headers,
          body: gzip ? await compressBytes(bytes) : bytes.slice(),
          // Without it the runtime would compress a compressed body once more.
          encodeBody: 'manual',
          signal: AbortSignal.timeout(timeoutMillis),
        }
        const response = await nativeFetch(url, request)
        // An unread body keeps its connection, and a worker may hold six.
        await response.arrayBuffer()
        if (response.ok) return { result: 'sent' }
        if (!RETRYABLE.has(response.status)) return { result: 'rejected' }
        return { result: 'failed', retryAfterMillis: parseRetryAfter(response.headers.get('retry-after')) }
      } catch {
        // Refused, reset, timed out: the runtime gives plain errors for all of them, and all may pass.
        return { result: 'failed' }
      }
    },
    ...(overflowQueue && {
      async overflow(chunk: SpanChunk) {
        try {
          const json = decoder.decode(packRequest(names, resource, [chunk], 0))
          await overflowQueue.send(json, { contentType: 'text' })
          return true
        } catch {
          return false
        }
      },
    }),
  }
}

/** An export request around records that are JSON already: in shared memory, to be used before anything is awaited. */
function packRequest(
  [resourceName, scopeName, recordsName]: Signal['names'],
  resource: OtlpResource,
  chunks: readonly SpanChunk[],
  droppedSpans: number,
): Uint8Array {
  const attributes =
    droppedSpans === 0
      ? resource.attributes
      : [...resource.attributes, ...toKeyValues({ [ATTR_DROPPED_SPANS]: droppedSpans })]
  const parts: (string | Uint8Array)[] = [
    `{"${resourceName}":[{"resource":${JSON.stringify({ attributes })},"${scopeName}":[`,
  ]
  chunks.forEach(({ scope, bytes }, index) => {
    parts.push(`${index === 0 ? '' : ','}{"scope":${JSON.stringify(scope)},"${recordsName}":[`, bytes, ']}')
  })
  parts.push(']}]}')
  return pack(parts)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

// One piece of memory for every request. A new one each time would wait for a full collection of garbage, and cause
// one every few seconds: that took more time than all the rest of tracing.
let memory = new Uint8Array(0)

function pack(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part))
  const sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0)
  if (sizeBytes > memory.length) memory = new Uint8Array(2 * sizeBytes)
  let position = 0
  for (const piece of pieces) {
    memory.set(piece, position)
    position += piece.length
  }
  return memory.subarray(0, sizeBytes)
}

function parseTraceRequest(json: Uint8Array): TraceRequest {
  return JSON.parse(decoder.decode(json)) as TraceRequest
}

/** The parts of Node's zlib and process that a worker may or may not have. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:zlib'): {
    gzipSync(bytes: Uint8Array, options: { level: number }): Uint8Array
  }
}

/**
 * Spans repeat themselves: the lowest level takes a fifth of the time of the default one, which is the only one the
 * runtime's own stream has, and gives 7 % more bytes.
 */
export async function compressBytes(bytes: Uint8Array): Promise<ArrayBuffer | Uint8Array> {
  const { process } = globalThis as { process?: NodeProcess }
  const zlib = process?.getBuiltinModule?.('node:zlib')
  return zlib
    ? zlib.gzipSync(bytes, { level: 1 })
    : new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

/** Seconds or a date, as milliseconds from now, a minute at most. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = Number(value)
  const millis = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1_000
  return millis >= 0 ? Math.min(millis, 60_000) : undefined
}
