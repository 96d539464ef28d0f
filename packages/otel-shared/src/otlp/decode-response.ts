/**
 * How many records an OTLP receiver left out of a request it took otherwise, by its `partial_success`; 0 for an answer
 * that says nothing of the kind or cannot be read.
 *
 * @param contentType of the answer, which says how it is encoded.
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function decodeRejectedCount(body: Uint8Array, contentType: string): number {
  return contentType.includes('protobuf') ? readProtobuf(body) : readJson(body)
}

function readJson(body: Uint8Array): number {
  const count = /"rejected(?:Spans|LogRecords)"\s*:\s*"?(\d+)/.exec(new TextDecoder().decode(body))?.[1]
  return Number(count ?? 0)
}

/**
 * `partial_success` is field 1 of the answer, the count field 1 of that, for every signal; nothing else comes before
 * them. Read by hand: a worker that sends has no other use for a reader of protobuf.
 */
function readProtobuf([responseTag, , partialTag, ...rest]: Uint8Array): number {
  if (responseTag !== 0x0a || partialTag !== 0x08) return 0
  let count = 0
  for (const [index, byte] of rest.entries()) {
    count += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return count
  }
  return 0
}
