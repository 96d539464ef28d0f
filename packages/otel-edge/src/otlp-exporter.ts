import { type OtlpResource, type TraceRequest, toKeyValues } from '@throughline/otel-shared'
import { type OtlpReceiver, type PostOutcome, postOtlp } from './otlp-receiver.ts'
import { ATTR_DROPPED_SPANS } from './semconv.ts'
import type { SpanChunk } from './span-chunk.ts'

export interface SpanExporter {
  readonly timeoutMillis: number
  /** One POST. Never throws. */
  send(chunks: readonly SpanChunk[], droppedSpans: number): Promise<PostOutcome>
  /** Hands spans to the overflow queue; false when it would not take them. Absent without a bound queue. */
  overflow?(chunk: SpanChunk): Promise<boolean>
}

type ProtobufEncoder = (request: TraceRequest) => Uint8Array

let encodeProtobuf: ProtobufEncoder | undefined

/** Sends protobuf where that is asked for. Without this call it is JSON all the same, and a bundle has less code. */
export function useProtobuf(encode: ProtobufEncoder): void {
  encodeProtobuf = encode
}

/** Whether spans can be sent as protobuf. */
export function hasProtobuf(): boolean {
  return encodeProtobuf !== undefined
}

/** The names that the parts of a signal have in OTLP JSON. */
export type SignalNames = readonly [resource: string, scope: string, records: string]

const TRACE_NAMES: SignalNames = ['resourceSpans', 'scopeSpans', 'spans']

/** Posts spans (or log records) to an OTLP address; without one configured, they are let go. */
export function createExporter(
  resource: OtlpResource,
  receiver: OtlpReceiver | undefined,
  overflowQueue: Pick<Queue, 'send'> | undefined,
  names: SignalNames = TRACE_NAMES,
): SpanExporter {
  return {
    timeoutMillis: receiver?.timeoutMillis ?? 0,
    async send(chunks, droppedSpans) {
      if (!receiver) return { result: 'stored', rejectedCount: 0 }
      const json = packRequest(names, resource, chunks, droppedSpans)
      return await postOtlp(receiver, () =>
        receiver.protobuf && encodeProtobuf ? encodeProtobuf(parseTraceRequest(json)) : json,
      )
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
  [resourceName, scopeName, recordsName]: SignalNames,
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
