/** The limit of lists, objects and elements in a body. A span with 15 attributes has about 60 in 1,500 bytes. */
const MAX_NODES = 200_000
const MAX_DEPTH = 200
/** No OTLP message has more than 16 fields. V8 turns a large object into a hash table: https://v8.dev/blog/fast-properties */
const MAX_MEMBERS = 1_000

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\,[]{}')

/** Deep nesting is reported as malformed, like protobuf parsers do, and not as too large. */
export interface DensityProblem {
  readonly message: string
  readonly isTooLarge?: true
}

/**
 * Checks JSON before it is parsed. Rejects a body with more lists, objects and elements than the largest accepted OTLP
 * request has, or with deeper nesting: parsed, it could take a hundred times its size in memory. Scans the bytes once,
 * without validating the grammar.
 */
export function densityProblem(bytes: Uint8Array): DensityProblem | undefined {
  let [nodes, depth, isText] = [0, 0, false]
  // By depth: the number of members of the current object so far, at least 1, or -1 for a list.
  const members = new Int32Array(MAX_DEPTH + 1)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === BACKSLASH) index++
    else if (byte === QUOTE) isText = !isText
    else if (isText) continue
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      nodes++
      if (++depth > MAX_DEPTH) return { message: `the body is nested deeper than ${MAX_DEPTH} levels` }
      members[depth] = byte === OPEN_LIST ? -1 : 1
    } else if (byte === COMMA) {
      const count = members[depth] ?? 0
      // Members of objects of one shape take less memory than list elements.
      nodes += count < 0 ? 1 : 0.25
      if (count >= MAX_MEMBERS)
        return { message: `an object has more than ${MAX_MEMBERS} members`, isTooLarge: true }
      if (count > 0) members[depth] = count + 1
    }
    if (nodes > MAX_NODES) {
      return { message: `the body has more than ${MAX_NODES} lists, objects and elements`, isTooLarge: true }
    }
  }
  return undefined
}
