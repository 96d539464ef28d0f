import type { SpanLimits } from '../config/span-limits.ts'
import { encodeUtf8 } from '../core/encode-utf8.ts'
import type { Scope, SpanRecord } from '../core/span-record.ts'
import { CHUNK_LENGTH, MAX_SPAN_LENGTH } from '../limits.ts'
import { writeSpan } from './write-span.ts'

/** Spans or log records of one scope as bytes: OTLP JSON objects with commas between them. */
export interface RecordChunk {
  readonly scope: Scope
  readonly spanCount: number
  readonly bytes: Uint8Array
}

/**
 * Collects the spans of one scope (or log records, which are JSON already) and encodes some dozens at a time. If all spans
 * remained objects until they are sent, the garbage collector would have to move thousands of them.
 */
export class RecordChunkWriter {
  readonly scope: Scope
  #parts: string[] = []
  #spanCount = 0
  #length = 0

  readonly #limits: SpanLimits

  constructor(scope: Scope, limits: SpanLimits) {
    this.scope = scope
    this.#limits = limits
  }

  /**
   * Adds a span. Returns a chunk when one is complete.
   *
   * @throws when the span cannot be encoded, or is too large. The spans that were added before are kept.
   */
  write(span: SpanRecord | string): RecordChunk | undefined {
    const parts = this.#parts
    const start = parts.length
    let length = 0
    try {
      if (start > 0) parts.push(',')
      if (typeof span === 'string') parts.push(span)
      else writeSpan(span, parts, this.#limits)
      for (let index = start; index < parts.length; index++) length += parts[index]?.length ?? 0
      if (length > MAX_SPAN_LENGTH) throw new RangeError(`a span of ${length} characters`)
    } catch (error) {
      parts.length = start
      throw error
    }
    this.#length += length
    this.#spanCount++
    return this.#length < CHUNK_LENGTH ? undefined : this.seal()
  }

  /** Returns the spans that were added so far as a chunk. The next span starts a new chunk. */
  seal(): RecordChunk | undefined {
    if (this.#spanCount === 0) return undefined
    const chunk = {
      scope: this.scope,
      spanCount: this.#spanCount,
      bytes: encodeUtf8(wellFormed(this.#parts.join(''))),
    }
    this.#parts = []
    this.#spanCount = 0
    this.#length = 0
    return chunk
  }
}

/** Replaces lone surrogates in JSON by U+FFFD. `JSON.stringify` writes them as escapes, which strict receivers reject. */
export function wellFormed(json: string): string {
  if (!json.includes('\\ud')) return json
  // Matches every escape sequence, so that the second backslash of an escaped backslash does not start a match.
  return json.replace(/\\(?:ud[89a-f][\da-f]{2}|.)/g, (sequence) =>
    sequence.length > 2 ? '\ufffd' : sequence,
  )
}
