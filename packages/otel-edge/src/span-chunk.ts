import { type Scope, type SpanRecord, writeSpan } from './span-record.ts'

/** Finished spans of one scope as bytes: OTLP JSON objects with commas between them. */
export interface SpanChunk {
  readonly scope: Scope
  readonly spanCount: number
  readonly bytes: Uint8Array
}

/** In UTF-16 units; encoded, a chunk stays below a queue message's limit of 128 kB. */
const CHUNK_LENGTH = 24 * 1024

const encoder = new TextEncoder()

/**
 * Collects the spans of one scope (or log records, which are JSON already) and turns them into bytes some dozens at a
 * time: spans wait for half a second, and the garbage collector would move thousands of objects that are about to go.
 */
export class SpanChunkWriter {
  readonly scope: Scope
  #parts: string[] = []
  #spanCount = 0
  #length = 0

  constructor(scope: Scope) {
    this.scope = scope
  }

  /** Takes a span; gives back a chunk when one is full. */
  write(span: SpanRecord | string): SpanChunk | undefined {
    const parts = this.#parts
    const start = parts.length
    if (start > 0) parts.push(',')
    if (typeof span === 'string') parts.push(span)
    else writeSpan(span, parts)
    for (let index = start; index < parts.length; index++) this.#length += parts[index]?.length ?? 0
    this.#spanCount++
    return this.#length < CHUNK_LENGTH ? undefined : this.seal()
  }

  /** The spans so far as a chunk; the next one begins a new chunk. */
  seal(): SpanChunk | undefined {
    if (this.#spanCount === 0) return undefined
    const chunk = {
      scope: this.scope,
      spanCount: this.#spanCount,
      bytes: encoder.encode(this.#parts.join('')),
    }
    this.#parts = []
    this.#spanCount = 0
    this.#length = 0
    return chunk
  }
}
