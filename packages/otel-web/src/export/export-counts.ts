import type { EncodedSpan } from './batches.ts'
import type { DropReason, ExportHealth } from './export-health.ts'

/** Counts the sent, stored and dropped spans of this page. */
export class ExportCounts {
  sent = 0
  stored = 0
  lastFailure: string | undefined
  #dropped = 0
  #unreported = 0
  readonly #droppedBy: Partial<Record<DropReason, number>> = {}

  /** Counts spans that will never be exported. What `spans` would have reported is reported again. */
  drop(count: number, reason: DropReason, spans: readonly Pick<EncodedSpan, 'reportedCount'>[] = []): void {
    if (count === 0) return
    this.#dropped += count
    this.#unreported += count
    for (const { reportedCount } of spans) this.#unreported += reportedCount
    this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count
  }

  /** The number of spans dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#unreported
    this.#unreported = 0
    return dropped
  }

  health(waiting: number): ExportHealth {
    const { sent, stored, lastFailure } = this
    return {
      sent,
      waiting,
      stored,
      dropped: this.#dropped,
      droppedBy: { ...this.#droppedBy },
      lastFailure,
    }
  }
}
