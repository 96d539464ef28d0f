/** What the page under test offers to the measures, as `window.bench`. */
export interface Bench {
  /** Unix milliseconds of each click, by action: `a0`, `b0`, `a1` … */
  readonly clicks: Record<string, number>
  /** Actions whose handler has come to its end. */
  readonly done: string[]
  /** How many requests a click on "Many" makes, and how many at a time. */
  readonly many: { count: number; parallel: number }
  /** Resolves when the next "Many" has all its answers. */
  untilMany(): Promise<void>
  ask(action: string, delayMillis?: number): Promise<void>
  startPolling(): void
  stopPolling(): void
}
declare global {
  interface Window {
    bench: Bench
  }
}
