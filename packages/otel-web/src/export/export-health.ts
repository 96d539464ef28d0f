/**
 * Why a span was dropped. The store keeps unsent spans for a later page.
 *
 * - `refused`: the collector refused it
 * - `overflow`: it was too large, or too much data was waiting in memory
 * - `storeFailed`: too much data was waiting in memory because the store failed
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
  /** Spans that this page has put into the store, whether they are still there or not. */
  readonly stored: number
  readonly dropped: number
  /** Dropped spans by reason. Reasons that did not occur are absent. */
  readonly droppedBy: Readonly<Partial<Record<DropReason, number>>>
  readonly lastFailure: string | undefined
}
