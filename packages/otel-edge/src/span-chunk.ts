import type { Scope } from './span-record.ts'

/** Finished spans of one scope as bytes: OTLP JSON objects with commas between them. */
export interface SpanChunk {
  readonly scope: Scope
  readonly spanCount: number
  readonly bytes: Uint8Array
}

/** Below a queue message's limit of 128 kB, with room for the resource. */
const CHUNK_BYTES = 96 * 1024

const encoder = new TextEncoder()

/**
 * Collects the spans of one scope in a buffer outside of the JavaScript heap: spans wait for half a second, and the
 * garbage collector would move thousands of small objects that are all about to go.
 */
export class SpanChunkWriter {
  readonly #scope: Scope
  #bytes = new Uint8Array(0)
  #length = 0
  #spanCount = 0

  constructor(scope: Scope) {
    this.#scope = scope
  }

  get sizeBytes(): number {
    return this.#length
  }

  /** Takes a span; gives back the chunk that had no room for it, if there was one. */
  write(json: string): SpanChunk | undefined {
    // A UTF-16 unit is at most three bytes of UTF-8.
    const roomBytes = json.length * 3 + 1
    let full: SpanChunk | undefined
    if (this.#length + roomBytes > this.#bytes.length) {
      full = this.seal()
      this.#bytes = new Uint8Array(Math.max(roomBytes, CHUNK_BYTES))
    }
    if (this.#spanCount++ > 0) this.#bytes[this.#length++] = COMMA
    this.#length += encoder.encodeInto(json, this.#bytes.subarray(this.#length)).written
    return full
  }

  /** The spans so far as a chunk; the next one begins a new chunk. */
  seal(): SpanChunk | undefined {
    if (this.#spanCount === 0) return undefined
    const chunk = {
      scope: this.#scope,
      spanCount: this.#spanCount,
      bytes: this.#bytes.slice(0, this.#length),
    }
    this.#length = 0
    this.#spanCount = 0
    return chunk
  }
}

const COMMA = 44
