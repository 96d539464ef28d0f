import type { SpanLimits } from '../config/span-limits.ts'
import type { Scope, SpanRecord } from '../core/span-record.ts'
import { MAX_PENDING_BYTES, MAX_POST_BYTES } from '../limits.ts'
import { type RecordChunk, RecordChunkWriter } from './record-chunk.ts'

/** The records of a buffer that wait to be sent, as chunks of bytes. */
export class PendingRecords {
  /** The size of the sealed chunks. Open chunks, of which there is one for each scope, are not counted. */
  sizeBytes = 0
  readonly #limits: SpanLimits
  readonly #writers = new Map<string, RecordChunkWriter>()
  /** The writer of the last record. The next record usually has the same scope. */
  #lastWriter: RecordChunkWriter | undefined
  readonly #chunks: RecordChunk[] = []

  constructor(limits: SpanLimits) {
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0 && this.#writers.size === 0
  }

  /** @throws when the record cannot be written. */
  add(record: SpanRecord | string, scope: Scope): void {
    this.#push(this.#writerOf(scope).write(record))
  }

  /** Closes the open chunks. Records that are added from here on go into new ones. */
  seal(): void {
    for (const writer of this.#writers.values()) this.#push(writer.seal())
    this.#writers.clear()
    this.#lastWriter = undefined
  }

  /** Removes the oldest sealed chunks: as many as one POST takes, or `count`. */
  take(count?: number): RecordChunk[] {
    const chunks = this.#chunks
    let end = count ?? 1
    while (!count && end < chunks.length && sizeOf(chunks.slice(0, end + 1)) <= MAX_POST_BYTES) end++
    const batch = chunks.splice(0, end)
    this.sizeBytes -= sizeOf(batch)
    return batch
  }

  /** Takes back chunks that could not be sent. Returns the number of records that exceed the maximum size. */
  putBack(batch: readonly RecordChunk[]): number {
    let dropped = 0
    for (const chunk of batch) {
      if (this.sizeBytes > MAX_PENDING_BYTES) dropped += chunk.spanCount
      else this.#push(chunk)
    }
    return dropped
  }

  #push(chunk: RecordChunk | undefined): void {
    if (!chunk) return
    this.#chunks.push(chunk)
    this.sizeBytes += chunk.bytes.length
  }

  #writerOf(scope: Scope): RecordChunkWriter {
    if (scope === this.#lastWriter?.scope) return this.#lastWriter
    const key = `${scope.name}@${scope.version}`
    let writer = this.#writers.get(key)
    if (!writer) {
      writer = new RecordChunkWriter(scope, this.#limits)
      this.#writers.set(key, writer)
    }
    this.#lastWriter = writer
    return writer
  }
}

export { MAX_PENDING_BYTES as MAX_BYTES }

export function sizeOf(batch: readonly RecordChunk[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes.length, 0)
}
