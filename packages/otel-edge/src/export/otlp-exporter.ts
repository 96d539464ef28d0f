import {
  decodeUtf8Lossy,
  type OtlpResource,
  type PostOutcome,
  type TraceRequest,
  toKeyValues,
} from '@throughline/otel-shared'
import { encodeUtf8 } from '../core/encode-utf8.ts'
import { ATTR_DROPPED_SPANS } from '../core/semconv.ts'
import type { OtlpEndpoint } from './otlp-endpoint.ts'
import { postOtlp } from './post-otlp.ts'
import { type RecordChunk, wellFormed } from './record-chunk.ts'

export interface OtlpExporter {
  readonly timeoutMillis: number
  /** Sends one POST. Never throws. */
  send(chunks: readonly RecordChunk[], droppedSpans: number): Promise<PostOutcome>
  /** Sends spans to the overflow queue. Resolves to false when that fails. Absent when no queue is bound. */
  overflow?(chunk: RecordChunk): Promise<boolean>
}

/** The field names of a signal in OTLP JSON. */
export type SignalNames = readonly [resource: string, scope: string, records: string]

const TRACE_NAMES: SignalNames = ['resourceSpans', 'scopeSpans', 'spans']

/** Creates an exporter, which posts spans or log records to an endpoint. Without an endpoint it discards them. */
export function createExporter(
  resource: OtlpResource,
  endpoint: OtlpEndpoint | undefined,
  overflowQueue: Pick<Queue, 'send'> | undefined,
  names: SignalNames = TRACE_NAMES,
): OtlpExporter {
  return {
    timeoutMillis: endpoint?.timeoutMillis ?? 0,
    async send(chunks, droppedSpans) {
      if (!endpoint) return { outcome: 'sent' }
      const json = packRequest(names, resource, chunks, droppedSpans)
      return await postOtlp(
        endpoint,
        () => endpoint.encodeProtobuf?.(JSON.parse(decodeUtf8Lossy(json)) as TraceRequest) ?? json,
      )
    },
    ...(overflowQueue && {
      async overflow(chunk: RecordChunk) {
        try {
          const json = decodeUtf8Lossy(packRequest(names, resource, [chunk], 0))
          await overflowQueue.send(json, { contentType: 'text' })
          return true
        } catch {
          return false
        }
      },
    }),
  }
}

/** Encodes an export request. Its records are JSON already. The next call overwrites the result, so use it before any await. */
function packRequest(
  [resourceName, scopeName, recordsName]: SignalNames,
  resource: OtlpResource,
  chunks: readonly RecordChunk[],
  droppedSpans: number,
): Uint8Array {
  const attributes =
    droppedSpans === 0
      ? resource.attributes
      : [...resource.attributes, ...toKeyValues({ [ATTR_DROPPED_SPANS]: droppedSpans })]
  const pieces = [encodeUtf8(`{"${resourceName}":[{"resource":${toJson({ attributes })},"${scopeName}":[`)]
  chunks.forEach(({ scope, bytes }, index) => {
    const start = `${index === 0 ? '' : ','}{"scope":${toJson(scope)},"${recordsName}":[`
    pieces.push(encodeUtf8(start), bytes, encodeUtf8(']}'))
  })
  pieces.push(encodeUtf8(']}]}'))
  return pack(pieces)
}

function toJson(value: unknown): string {
  return wellFormed(JSON.stringify(value))
}

// Cache: one array for all requests, which grows when needed. Only full garbage collections free arrays of this size. With
// one array for each request they ran every few seconds, and took more time than the rest of tracing.
let memory = new Uint8Array(0)

function pack(pieces: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0)
  if (sizeBytes > memory.length) memory = new Uint8Array(2 * sizeBytes)
  let position = 0
  for (const piece of pieces) {
    memory.set(piece, position)
    position += piece.length
  }
  return memory.subarray(0, sizeBytes)
}
