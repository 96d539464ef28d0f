import { decodeUtf8Lossy } from '../../text/utf8.ts'

/**
 * Reads the number of records that an OTLP receiver rejected from an accepted request (`partial_success`). Returns 0 for a
 * response without that number and for a malformed response.
 *
 * @param contentType the `Content-Type` of the response
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function decodeRejectedCount(body: Uint8Array, contentType: string): number {
  return contentType.includes('protobuf') ? readProtobuf(body) : parseRejectedCount(decodeUtf8Lossy(body))
}

/** {@link decodeRejectedCount} for JSON. In OTLP's JSON encoding, an int64 is a string. A number is accepted too. */
export function parseRejectedCount(json: string): number {
  return Number(/"rejected\w+"\s*:\s*"?(\d{1,15})"?\s*[,}]/.exec(json)?.[1] ?? 0)
}

/**
 * For every signal, `partial_success` is field 1 of the response, and the number is its field 1. No other field precedes them.
 * `ProtobufReader` is not used, so that a worker that only exports does not contain it.
 */
function readProtobuf(body: Uint8Array): number {
  let position = 0
  const readVarint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = body[position++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  const isPartial = readVarint() === 0x0a && readVarint() > 0 && readVarint() === 0x08
  const count = isPartial ? readVarint() : 0
  return Number.isSafeInteger(count) ? count : 0
}
