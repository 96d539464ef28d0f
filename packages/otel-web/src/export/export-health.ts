/**
 * Why a span was dropped:
 *
 * - `refused`: the collector refused it
 * - `overflow`: too much data was waiting in memory
 * - `storeFailed`: the same, while the store failed
 * - `expired`: it was in the store for too long
 * - `evicted`: the store needed the space for newer spans
 * - `invalid`: it could not be encoded, for example because its name is not a string
 */
export type DropReason = 'refused' | 'overflow' | 'storeFailed' | 'expired' | 'evicted' | 'invalid'

/** Counts of spans, and the reason of the latest failed export. */
export interface ExportHealth {
  readonly sent: number
  /** Spans waiting in memory. */
  readonly waiting: number
  /** Spans that this page put into the store. */
  readonly stored: number
  readonly dropped: number
  /** Dropped spans by reason. Reasons that did not occur are absent. */
  readonly droppedBy: Readonly<Partial<Record<DropReason, number>>>
  readonly lastFailure: string | undefined
}
