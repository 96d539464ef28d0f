import { ProtobufReader } from './protobuf-reader.ts'

/**
 * How many records an OTLP receiver left out of a request it took otherwise, by its `partial_success`; 0 for an answer
 * that says nothing of the kind or cannot be read.
 *
 * @param contentType of the answer, which says how it is encoded.
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function decodeRejectedCount(body: Uint8Array, contentType: string): number {
  if (body.length <= 2) return 0
  try {
    const count = contentType.includes('protobuf') ? readProtobuf(body) : readJson(body)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}

function readJson(body: Uint8Array): number {
  const { partialSuccess } = JSON.parse(new TextDecoder().decode(body)) as {
    partialSuccess?: { rejectedSpans?: unknown; rejectedLogRecords?: unknown }
  }
  return Number(partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedLogRecords ?? 0)
}

/** `partial_success` is field 1 of the answer, the count field 1 of that, for every signal. */
function readProtobuf(body: Uint8Array): number {
  const response = new ProtobufReader(body)
  for (let field = response.nextField(); field !== 0; field = response.nextField()) {
    if (field !== 1) {
      response.skip()
      continue
    }
    const partial = response.message()
    for (let part = partial.nextField(); part !== 0; part = partial.nextField()) {
      if (part === 1) return Number(partial.int64())
      partial.skip()
    }
  }
  return 0
}
