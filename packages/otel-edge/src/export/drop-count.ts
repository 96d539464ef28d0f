/** Counts records that were dropped until the count has been exported. */
export class DropCount {
  #count = 0

  add(count: number): void {
    this.#count += count
  }

  /** Returns the count and starts again at zero. When the export of the count fails, the caller adds it again. */
  take(): number {
    const count = this.#count
    this.#count = 0
    return count
  }
}
