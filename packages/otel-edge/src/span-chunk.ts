import type { Scope } from './span-record.ts'

/** Finished spans of one scope as bytes: OTLP JSON objects with commas between them. */
export interface SpanChunk {
  readonly scope: Scope
  readonly spanCount: number
  readonly bytes: Uint8Array
}

/** In UTF-16 units; encoded, a chunk stays below a queue message's limit of 128 kB. */
const CHUNK_LENGTH = 40 * 1024

const encoder = new TextEncoder()

/**
 * Collects the spans of one scope and turns them into bytes some dozens at a time: spans wait for half a second, and
 * the garbage collector would move thousands of small objects that are all about to go.
 */
export class SpanChunkWriter {
  readonly scope: Scope
  #spans: string[] = []
  #length = 0

  constructor(scope: Scope) {
    this.scope = scope
  }

  /** Takes a span; gives back a chunk when one is full. */
  write(json: string): SpanChunk | undefined {
    this.#length += json.length
    this.#spans.push(json)
    return this.#length < CHUNK_LENGTH ? undefined : this.seal()
  }

  /** The spans so far as a chunk; the next one begins a new chunk. */
  seal(): SpanChunk | undefined {
    const spanCount = this.#spans.length
    if (spanCount === 0) return undefined
    const bytes = encoder.encode(this.#spans.join())
    this.#spans = []
    this.#length = 0
    return { scope: this.scope, spanCount, bytes }
  }
}
